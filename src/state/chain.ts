import { hash } from 'node:crypto'

/** The hash before the first entry's. */
export const GENESIS = '0'.repeat(64)

/** Bytes of a hash, and of a digest. */
export const HASH_BYTES = 32
const [SEQUENCE_AT, DIGEST_AT] = [HASH_BYTES, HASH_BYTES + 8]
const LINK = DIGEST_AT + HASH_BYTES

/**
 * Links entries: SHA-256 over the previous hash, the sequence (64 bits, big-endian) and the payload's digest. Hashes are
 * in hex: a string costs a third of what a Buffer does.
 */
export function createLinker(): (previous: string, sequence: number, digest: string) => string {
  // One buffer for all: a new one per entry would cost more than the hash.
  const bytes = Buffer.alloc(LINK)
  return (previous, sequence, digest) => {
    bytes.write(previous, 0, 'hex')
    writeSequence(bytes, sequence)
    bytes.write(digest, DIGEST_AT, 'hex')
    return hash('sha256', bytes, 'hex')
  }
}

function writeSequence(bytes: Buffer, sequence: number): void {
  bytes.writeUInt32BE(Math.floor(sequence / 0x1_0000_0000), SEQUENCE_AT)
  bytes.writeUInt32BE(sequence >>> 0, SEQUENCE_AT + 4)
}

/** Follows the chain through entries whose digests and hashes stand one after the other in a Buffer. */
export class ChainWalk {
  readonly #bytes = Buffer.alloc(LINK)

  /** Begins after the entry of this hash, in hex. */
  constructor(previous: string) {
    this.#bytes.write(previous, 0, 'hex')
  }

  /** Whether the hash behind the digest at `at` follows from the entry before; if so, it is the one to follow now. */
  follows(sequence: number, pairs: Buffer, at: number): boolean {
    const bytes = this.#bytes
    const hashAt = at + HASH_BYTES
    writeSequence(bytes, sequence)
    pairs.copy(bytes, DIGEST_AT, at, hashAt)
    if (hash('sha256', bytes, 'binary') !== pairs.toString('latin1', hashAt, hashAt + HASH_BYTES)) return false
    pairs.copy(bytes, 0, hashAt, hashAt + HASH_BYTES)
    return true
  }
}

/** SHA-256 of a payload's text, in hex. */
export function digestPayload(text: string): string {
  return hash('sha256', text, 'hex')
}

/** The same as a string of a character for each byte, which costs less to compare with bytes. */
export function digestPayloadBytes(text: string): string {
  return hash('sha256', text, 'binary')
}
