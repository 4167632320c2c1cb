import { hash } from 'node:crypto'

/** The hash before the first entry's. */
export const GENESIS = '0'.repeat(64)

const LINK = 32 + 8 + 32

/**
 * Links entries: SHA-256 over the previous hash, the sequence (64 bits, big-endian) and the payload's digest. Hashes are
 * in hex: a string costs a third of what a Buffer does.
 */
export function createLinker(): (previous: string, sequence: number, digest: string) => string {
  // One buffer for all: a new one per entry would cost more than the hash.
  const bytes = Buffer.alloc(LINK)
  return (previous, sequence, digest) => {
    bytes.write(previous, 0, 'hex')
    bytes.writeUInt32BE(Math.floor(sequence / 0x1_0000_0000), 32)
    bytes.writeUInt32BE(sequence >>> 0, 36)
    bytes.write(digest, 40, 'hex')
    return hash('sha256', bytes, 'hex')
  }
}

/** SHA-256 of a payload's text, in hex. */
export function digestPayload(text: string): string {
  return hash('sha256', text, 'hex')
}
