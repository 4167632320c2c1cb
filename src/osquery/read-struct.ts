import thrift, { type Protocol } from 'thrift'
import type { TextRow } from '../core/source.ts'

const { Type } = thrift.Thrift

/** A field's type on the wire and what reads its value. */
export type FieldReader = readonly [type: number, read: () => void]

/** Reads a struct. Fields that are unknown or of another type are passed over, as osquery does. */
export function readStruct(input: Protocol, fields: Readonly<Record<number, FieldReader>>): void {
  for (;;) {
    const { ftype, fid } = input.readFieldBegin()
    if (ftype === Type.STOP) return
    const field = fields[fid]
    if (field && field[0] === ftype) field[1]()
    else input.skip(ftype)
  }
}

/** Reads a map, calling `readEntry` for each key. */
export function readMap(input: Protocol, keyType: number, valueType: number, readEntry: () => void): void {
  const { ktype, vtype, size } = input.readMapBegin()
  checkTypes(size, ktype, vtype, keyType, valueType)
  for (let i = 0; i < size; i++) readEntry()
}

/**
 * A row inherits nothing, so that any column name is safe. Unlike `Object.create(null)`, which makes a hash table, rows
 * from this constructor share their shape, which costs a fraction of the memory.
 */
const EmptyRow = function EmptyRow() {} as unknown as new () => Record<string, string>
EmptyRow.prototype = Object.freeze(Object.create(null))

/** Reads a map of text to text. */
export function readRow(input: Protocol): TextRow {
  const row = new EmptyRow()
  const { ktype, vtype, size } = input.readMapBegin()
  checkTypes(size, ktype, vtype, Type.STRING, Type.STRING)
  for (let i = 0; i < size; i++) {
    const key = input.readString()
    row[key] = input.readString()
  }
  return row
}

/** Reads a list of maps of text to text. */
export function readRows(input: Protocol): TextRow[] {
  const { etype, size } = input.readListBegin()
  if (size > 0 && etype !== Type.MAP) throw new TypeError(`a list of type ${etype} where maps belong`)
  const rows: TextRow[] = []
  for (let i = 0; i < size; i++) rows.push(readRow(input))
  return rows
}

function checkTypes(size: number, keyType: number, valueType: number, wantedKey: number, wantedValue: number): void {
  if (size > 0 && (keyType !== wantedKey || valueType !== wantedValue)) {
    throw new TypeError(`a map of types ${keyType} and ${valueType} where ${wantedKey} and ${wantedValue} belong`)
  }
}
