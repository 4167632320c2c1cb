/** The types of Thrift's binary protocol that a structure depends on. */
export const STOP = 0
export const STRING = 11
export const STRUCT = 12
export const MAP = 13
export const SET = 14
export const LIST = 15
/** Bytes per value for types of a fixed size (bool, byte, double, i16, i32, i64), by type number; 0 for the others. */
export const FIXED = Uint8Array.of(0, 0, 1, 1, 8, 0, 2, 0, 4, 0, 8, 0, 0, 0, 0, 0)
/** The fewest bytes that one value takes, by type number; 0 marks types that do not exist. */
export const LEAST = Uint8Array.of(0, 0, 1, 1, 8, 0, 2, 0, 4, 0, 8, 4, 1, 6, 5, 5)
