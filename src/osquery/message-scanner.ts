import { type GrammarOptions, MessageGrammar } from './message-grammar.ts'
import type { RowSlices } from './message-nesting.ts'
import { DEFAULT_MAX_BYTES } from './protocol.ts'

/** `maxBytes` 256 MiB, `maxDepth` 64 and `sliceBytes` 256 KiB unless given. */
export type ScannerOptions = Pick<GrammarOptions, 'expect'> & Partial<GrammarOptions>

/** One whole message. `rows` is there when it is a reply with a list of maps in field 2 of its result. */
export interface ScannedMessage {
  readonly bytes: Buffer
  readonly rows: RowSlices | undefined
}

/**
 * Finds where each message of Thrift's binary protocol ends, in chunks cut anywhere. Looks at every byte at most once
 * and passes over text, so that a large answer costs the same however it is cut.
 */
export class MessageScanner {
  readonly #grammar: MessageGrammar
  #parts: Buffer[] = []
  /** Added to a position in the current chunk, gives the offset in the current message. */
  #base = 0
  /** The beginning of a number whose end comes in the next chunk, and how many bytes of it. */
  #carry = 0
  #carried = 0
  #fault: unknown

  constructor(options: ScannerOptions) {
    this.#grammar = new MessageGrammar({
      maxBytes: DEFAULT_MAX_BYTES,
      maxDepth: 64,
      sliceBytes: 256 * 1024,
      ...options,
    })
  }

  /** Whether a message has begun and not ended. */
  get partial(): boolean {
    return this.#parts.length > 0
  }

  /** The messages that end in this chunk. Throws MessageError, then and ever after, on bytes that are no message. */
  *push(chunk: Buffer): Generator<ScannedMessage, void> {
    let start = 0
    while (start < chunk.length) {
      const end = this.#findEnd(chunk, start)
      if (end < 0) {
        this.#parts.push(start === 0 ? chunk : chunk.subarray(start))
        this.#base += chunk.length
        return
      }
      const last = chunk.subarray(start, end)
      const bytes = this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last])
      const message = { bytes, rows: this.#grammar.rows }
      this.#grammar.reset()
      this.#parts = []
      this.#base = end === chunk.length ? 0 : -end
      start = end
      yield message
    }
  }

  #findEnd(chunk: Buffer, start: number): number {
    if (this.#fault) throw this.#fault
    try {
      return this.#scan(chunk, start)
    } catch (fault) {
      this.#fault = fault
      throw fault
    }
  }

  /** The position after the message's last byte, or -1 when the chunk ends before it. */
  #scan(chunk: Buffer, start: number): number {
    const grammar = this.#grammar
    const length = chunk.length
    let position = start
    for (;;) {
      if (grammar.skip > 0) {
        const skipped = Math.min(grammar.skip, length - position)
        position += skipped
        grammar.skip -= skipped
        if (grammar.skip > 0) break
      }
      const width = grammar.width
      let value = this.#carry
      while (this.#carried < width && position < length) {
        value = (value << 8) | chunk[position++]!
        this.#carried++
      }
      if (this.#carried < width) {
        this.#carry = value
        break
      }
      this.#carry = 0
      this.#carried = 0
      grammar.take(value, this.#base + position)
      if (grammar.done) {
        grammar.checkSize(this.#base + position)
        return position
      }
    }
    grammar.checkSize(this.#base + length)
    return -1
  }
}
