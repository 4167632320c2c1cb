import { createReadStream } from 'node:fs'
import { KeelsonError, messageOf } from '../core/errors.ts'

/** Bytes that are read of a file, or of standard input. */
const MOST = 16 * 1024 * 1024

/** The text of a file, or of standard input for `-`. @throws KeelsonError when it cannot be read, is too long or no UTF-8 */
export async function readInput(file: string): Promise<string> {
  const name = file === '-' ? 'standard input' : file
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of file === '-' ? process.stdin : createReadStream(file)) {
      size += chunk.length
      if (size > MOST) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw new KeelsonError('input', `cannot read ${name}: ${messageOf(cause)}`, { cause })
  }
  if (size > MOST) {
    throw new KeelsonError('input', `${name} is longer than ${MOST / 1024 / 1024} MB`, { hint: 'give it in parts' })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    throw new KeelsonError('input', `${name} is not UTF-8`, {
      cause,
      hint: 'save it as UTF-8; spreadsheets offer that',
    })
  }
}
