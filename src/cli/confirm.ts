import { createInterface } from 'node:readline/promises'

/** Whether a person can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** Asks a person; anything but y or yes is a no. */
export async function confirm(question: string): Promise<boolean> {
  const line = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const ended = new Promise<string>((resolve) => line.once('close', () => resolve('')))
    return /^y(?:es)?$/i.test((await Promise.race([line.question(`${question} [y/N] `), ended])).trim())
  } finally {
    line.close()
  }
}
