import { hash } from 'node:crypto'

/** The hash before the first entry's. */
export const GENESIS = Buffer.alloc(32)

const LINK = 32 + 8 + 32

/** Links entries: SHA-256 over the previous hash, the sequence (64 bits, big-endian) and the payload's digest. */
export function createLinker(): (previous: Buffer, sequence: number, digest: Buffer) => Buffer {
  // One buffer for all: a new one per entry would cost more than the hash.
  const bytes = Buffer.alloc(LINK)
  return (previous, sequence, digest) => {
    previous.copy(bytes, 0)
    bytes.writeUInt32BE(Math.floor(sequence / 0x1_0000_0000), 32)
    bytes.writeUInt32BE(sequence >>> 0, 36)
    digest.copy(bytes, 40)
    return hash('sha256', bytes, 'buffer')
  }
}

/** SHA-256 of a payload's text. */
export function digestPayload(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
