import type { Transport } from 'thrift'

/** Lets the thrift package's protocol read a whole message that is already in memory. */
export class ReadingTransport implements Transport {
  readonly bytes: Buffer
  position: number

  constructor(bytes: Buffer, position = 0) {
    this.bytes = bytes
    this.position = position
  }

  #advance(length: number): number {
    const start = this.position
    if (start + length > this.bytes.length) throw new RangeError(`message ends inside a value at byte ${start}`)
    this.position = start + length
    return start
  }

  read(length: number): Buffer {
    const start = this.#advance(length)
    return this.bytes.subarray(start, start + length)
  }

  readByte(): number {
    return this.bytes.readInt8(this.#advance(1))
  }

  readI16(): number {
    return this.bytes.readInt16BE(this.#advance(2))
  }

  readI32(): number {
    return this.bytes.readInt32BE(this.#advance(4))
  }

  readDouble(): number {
    return this.bytes.readDoubleBE(this.#advance(8))
  }

  readString(length: number): string {
    const start = this.#advance(length)
    return this.bytes.toString('utf8', start, start + length)
  }

  write(): never {
    throw new Error('this transport only reads')
  }

  flush(): void {}

  setCurrSeqId(): void {}
}

/** Collects what the thrift package's protocol writes. */
export class WritingTransport implements Transport {
  #parts: Buffer[] = []
  #length = 0

  /** Bytes written since the last `take`. */
  get length(): number {
    return this.#length
  }

  write(bytes: Buffer): void {
    this.#parts.push(bytes)
    this.#length += bytes.length
  }

  take(): Buffer {
    const bytes = Buffer.concat(this.#parts, this.#length)
    this.#parts = []
    this.#length = 0
    return bytes
  }

  flush(): void {}

  setCurrSeqId(): void {}

  read(): never {
    throw new Error('this transport only writes')
  }
  readByte = this.read
  readI16 = this.read
  readI32 = this.read
  readDouble = this.read
  readString = this.read
}
