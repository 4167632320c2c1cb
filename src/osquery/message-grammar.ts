import { MessageError, type MessageFault } from './message-error.ts'
import { MessageNesting, type RowSlices } from './message-nesting.ts'
import { FIXED, LEAST, LIST, MAP, SET, STOP, STRING, STRUCT } from './message-types.ts'

export interface GrammarOptions {
  /** Requests may also come with the old header; replies are always strict. */
  readonly expect: 'request' | 'reply'
  /** Cap for one message, in bytes. */
  readonly maxBytes: number
  /** Cap for structs and containers inside each other. */
  readonly maxDepth: number
  /** A slice of rows ends at the first row after this many bytes. */
  readonly sliceBytes: number
}

/** What the next number read means. */
const HEADER = 0
const NAME_LENGTH = 1
const OLD_KIND = 2
const SEQUENCE = 3
const FIELD_TYPE = 4
const FIELD_ID = 5
const STRING_LENGTH = 6
const MAP_KEY_TYPE = 7
const MAP_VALUE_TYPE = 8
const MAP_COUNT = 9
const LIST_TYPE = 10
const LIST_COUNT = 11
const END = 12
/** Width of that number in bytes, by state. */
const WIDTH = Uint8Array.of(4, 4, 1, 4, 1, 2, 4, 1, 1, 4, 1, 4)

/**
 * The structure of one message of Thrift's binary protocol, told one number at a time: say `width` bytes' number to
 * `take`, after passing over `skip` bytes, until `done`. Text is never looked at.
 */
export class MessageGrammar {
  readonly #options: GrammarOptions
  #state = HEADER
  #type = 0
  #keyType = 0
  readonly #nesting: MessageNesting

  /** Bytes to pass over before the next number. */
  skip = 0

  constructor(options: GrammarOptions) {
    this.#options = options
    this.#nesting = new MessageNesting(options)
  }

  /** Bytes of the next number. */
  get width(): number {
    return WIDTH[this.#state]!
  }

  get done(): boolean {
    return this.#state === END
  }

  /** Where the rows lie, once their list has been met. */
  get rows(): RowSlices | undefined {
    return this.#nesting.rows
  }

  /** Makes ready for the next message. */
  reset(): void {
    this.#state = HEADER
    this.#nesting.reset()
  }

  checkSize(length: number): void {
    if (length > this.#options.maxBytes) {
      this.#refuse('size', `the message is larger than ${this.#options.maxBytes} bytes`, length)
    }
  }

  /** Acts on a number that ended just before `offset` of the message. */
  take(value: number, offset: number): void {
    switch (this.#state) {
      case HEADER:
        this.#takeHeader(value, offset)
        break
      case NAME_LENGTH:
        this.#skipText(value, offset)
        this.#state = SEQUENCE
        break
      case OLD_KIND:
        this.#checkKind(value, offset)
        this.#state = SEQUENCE
        break
      case SEQUENCE:
        this.#openStruct(offset)
        break
      case FIELD_TYPE:
        this.#takeFieldType(value, offset)
        break
      case FIELD_ID:
        this.#nesting.enterField(value)
        if (!this.#begin(this.#type, offset)) this.#advance(offset)
        break
      case STRING_LENGTH:
        this.#skipText(value, offset)
        this.#advance(offset)
        break
      case MAP_KEY_TYPE:
        this.#keyType = value
        this.#state = MAP_VALUE_TYPE
        break
      case MAP_VALUE_TYPE:
        this.#type = value
        this.#state = MAP_COUNT
        break
      case MAP_COUNT:
        this.#openContainer(this.#keyType, this.#type, value, 2, offset)
        break
      case LIST_TYPE:
        this.#type = value
        this.#state = LIST_COUNT
        break
      case LIST_COUNT:
        this.#openList(value, offset)
    }
  }

  #takeHeader(value: number, offset: number): void {
    if (value < 0) {
      if (value >>> 16 !== 0x8001) this.#refuse('version', 'the version of the message is not 1', offset)
      this.#checkKind(value & 0xff, offset)
      this.#state = NAME_LENGTH
      return
    }
    if (this.#options.expect === 'reply') this.#refuse('version', 'the reply has no version', offset)
    this.#skipText(value, offset)
    this.#state = OLD_KIND
  }

  #takeFieldType(type: number, offset: number): void {
    if (type === STOP) {
      this.#nesting.close()
      this.#advance(offset)
    } else {
      this.#type = this.#checkType(type, offset)
      this.#state = FIELD_ID
    }
  }

  #checkKind(kind: number, offset: number): void {
    const expected = this.#options.expect === 'request' ? kind === 1 || kind === 4 : kind === 2 || kind === 3
    if (!expected) this.#refuse('kind', `a message of kind ${kind} is no ${this.#options.expect}`, offset)
  }

  #checkType(type: number, offset: number): number {
    if (!LEAST[type]) this.#refuse('type', `there is no type ${type}`, offset)
    return type
  }

  #skipText(length: number, offset: number): void {
    if (length < 0) this.#refuse('length', `a text of ${length} bytes`, offset)
    this.checkSize(offset + length)
    this.skip = length
  }

  #openStruct(offset: number): void {
    this.#nesting.openStruct(offset)
    this.#state = FIELD_TYPE
  }

  #openList(count: number, offset: number): void {
    if (this.#options.expect === 'reply' && this.#type === MAP) this.#nesting.noteList(count, offset)
    this.#openContainer(this.#type, this.#type, count, 1, offset)
  }

  /** `each` is 2 for a map, whose entries are two values. */
  #openContainer(first: number, second: number, count: number, each: 1 | 2, offset: number): void {
    if (count < 0) this.#refuse('length', `a container of ${count} elements`, offset)
    // Writers may leave an empty container's types open.
    if (count > 0) {
      this.#checkType(first, offset)
      this.#checkType(second, offset)
      const least = each === 2 ? LEAST[first]! + LEAST[second]! : LEAST[first]!
      this.checkSize(offset + count * least)
      if (FIXED[first] && FIXED[second]) this.skip = count * least
      else this.#nesting.openContainer(first, second, count * each, offset)
    }
    this.#advance(offset)
  }

  /** Finds what follows a value that is done (but for bytes to be skipped). */
  #advance(offset: number): void {
    const nesting = this.#nesting
    while (nesting.depth > 0) {
      if (nesting.inStruct) {
        this.#state = FIELD_TYPE
        return
      }
      const type = nesting.takeNext(offset + this.skip)
      if (type === STOP) nesting.close()
      else if (this.#begin(type, offset)) return
    }
    this.#state = END
  }

  /** Sets what is to be read for a value; false when its bytes need only be skipped. */
  #begin(type: number, offset: number): boolean {
    const size = FIXED[type]!
    if (size > 0) {
      this.skip += size
      return false
    }
    if (type === STRING) this.#state = STRING_LENGTH
    else if (type === STRUCT) this.#openStruct(offset)
    else if (type === MAP) this.#state = MAP_KEY_TYPE
    else if (type === LIST || type === SET) this.#state = LIST_TYPE
    return true
  }

  #refuse(fault: MessageFault, message: string, offset: number): never {
    throw new MessageError(fault, message, offset)
  }
}
