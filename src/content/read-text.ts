import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { messageOf } from '../core/errors.ts'
import type { Finding } from './reporter.ts'

export type TextAnswer =
  | { readonly text: string }
  | { readonly finding: Finding; readonly line?: number; readonly column?: number }

/** A regular file of UTF-8 text with at most `maxBytes`; says what is wrong instead of throwing. */
export function readText(file: string, maxBytes: number): TextAnswer {
  try {
    const stats = statSync(file)
    // Reading a pipe or a device could wait for ever.
    if (!stats.isFile()) return { finding: { code: 'not-a-file', message: 'not a regular file', hint: 'remove it' } }
    if (stats.size > maxBytes) return { finding: explainSize(stats.size, maxBytes) }
    const bytes = readBytes(file, stats.size, maxBytes + 1)
    if (bytes.length > maxBytes) return { finding: explainSize(bytes.length, maxBytes) }
    return decode(bytes)
  } catch (error) {
    const hint = 'check that it exists and that you may read it'
    return { finding: { code: 'unreadable-file', message: `cannot be read: ${messageOf(error)}`, hint } }
  }
}

/** Up to `limit` bytes. `expected` is a guess: the file may grow meanwhile, and those of /proc say 0. */
function readBytes(file: string, expected: number, limit: number): Buffer {
  const descriptor = openSync(file, 'r')
  const chunks: Buffer[] = []
  let left = limit
  try {
    for (let wanted = expected + 1; left > 0; wanted = 65_536) {
      const chunk = Buffer.allocUnsafe(Math.min(wanted, left))
      const read = readSync(descriptor, chunk, 0, chunk.length, null)
      if (read === 0) break
      chunks.push(chunk.subarray(0, read))
      left -= read
    }
  } finally {
    closeSync(descriptor)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

function explainSize(size: number, maxBytes: number): Finding {
  const message = `${size} bytes are too many: a file may have ${maxBytes}`
  return { code: 'file-too-large', message, hint: 'split it into several files' }
}

function decode(bytes: Uint8Array): TextAnswer {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    const before = new TextDecoder().decode(bytes).split('\uFFFD', 1)[0] ?? ''
    const lines = before.split(/\r\n|\n|\r/)
    const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
    const message = isUtf16 ? 'UTF-16 text, not UTF-8' : 'not UTF-8 text'
    const finding = { code: 'not-utf8', message, hint: 'save the file as UTF-8' }
    return { finding, line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
  }
}
