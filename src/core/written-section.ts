import type { Place } from './check.ts'

/** The way to a value: keys of mappings, indexes of lists (from 0). */
type Path = readonly (string | number)[]

/** A part of a settings file as it was written; paths begin at its top. */
export interface WrittenSection {
  readonly file: string
  readonly value: unknown
  /** Where the value at a path was written, or its key. The nearest known place when the path leads nowhere. */
  place(path: Path, on?: 'key' | 'value'): Place
  /** A scalar as it was written (`0640`, where the value is the number 640). */
  source(path: Path): string
}
