import { MessageError } from './message-error.ts'
import { STOP } from './message-types.ts'

/** Where the rows of a reply lie, so that they can be decoded a slice at a time. */
export interface RowSlices {
  /** Each slice begins at `offset` of the message and holds `rows` rows. */
  readonly slices: { readonly offset: number; rows: number }[]
  /** The byte after the last row. */
  end: number
}

/** The row list lies in field 2 of the struct in field 0 of the outermost struct. */
const ROWS_DEPTH = 3

/** The structs and containers around the current value of a message, and the rows that were passed. */
export class MessageNesting {
  /** How many there are; 0 outside of the outermost struct. */
  depth = 0
  /** Set once the list of rows has been met. */
  rows: RowSlices | undefined
  readonly #maxDepth: number
  readonly #sliceBytes: number
  /** By depth: 0 for a struct, else the types of a container's elements, keys and values by turns. */
  readonly #evenType: Uint8Array
  readonly #oddType: Uint8Array
  /** By depth: values left in the container, or the struct's current field. */
  readonly #left: Float64Array
  #inRows = false

  constructor({ maxDepth, sliceBytes }: { readonly maxDepth: number; readonly sliceBytes: number }) {
    this.#maxDepth = maxDepth
    this.#sliceBytes = sliceBytes
    this.#evenType = new Uint8Array(maxDepth + 1)
    this.#oddType = new Uint8Array(maxDepth + 1)
    this.#left = new Float64Array(maxDepth + 1)
  }

  get inStruct(): boolean {
    return this.#evenType[this.depth] === STOP
  }

  /** Makes ready for the next message. */
  reset(): void {
    this.rows = undefined
  }

  openStruct(offset: number): void {
    this.openContainer(STOP, STOP, 0, offset)
  }

  enterField(id: number): void {
    this.#left[this.depth] = id
  }

  /** For a container of this many values, more than none. @throws MessageError when that is too deep */
  openContainer(evenType: number, oddType: number, values: number, offset: number): void {
    if (this.depth === this.#maxDepth) throw new MessageError('depth', `nested deeper than ${this.#maxDepth}`, offset)
    this.depth++
    this.#evenType[this.depth] = evenType
    this.#oddType[this.depth] = oddType
    this.#left[this.depth] = values
  }

  close(): void {
    this.depth--
  }

  /** Takes the container's next value: its type, or STOP when there is none left. */
  takeNext(offset: number): number {
    const left = this.#left[this.depth]!
    if (this.#inRows && this.depth === ROWS_DEPTH) this.#markRow(left, offset)
    if (left === 0) return STOP
    this.#left[this.depth] = left - 1
    return left % 2 === 0 ? this.#evenType[this.depth]! : this.#oddType[this.depth]!
  }

  /** Notes a list of maps in a reply that begins here: the rows, if it is where they lie. @throws MessageError */
  noteList(count: number, offset: number): void {
    const isRows =
      this.depth === ROWS_DEPTH - 1 && this.#evenType[2] === STOP && this.#left[1] === 0 && this.#left[2] === 2
    if (!isRows) return
    if (this.rows) throw new MessageError('shape', 'a second list of rows', offset)
    this.rows = { slices: [], end: offset }
    this.#inRows = count > 0
  }

  #markRow(left: number, offset: number): void {
    const rows = this.rows!
    if (left === 0) {
      rows.end = offset
      this.#inRows = false
      return
    }
    const last = rows.slices.at(-1)
    if (last && offset - last.offset < this.#sliceBytes) last.rows++
    else rows.slices.push({ offset, rows: 1 })
  }
}
