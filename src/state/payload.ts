import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** Longer payloads are stored deflated; most of them are first reports, whose parts resemble each other. */
const LONG = 4096

export type StoredPayload = string | Buffer

export function packPayload(text: string): StoredPayload {
  return text.length <= LONG ? text : deflateRawSync(text, { level: 3 })
}

export function unpackPayload(stored: StoredPayload): string {
  return typeof stored === 'string' ? stored : inflateRawSync(stored).toString('utf8')
}
