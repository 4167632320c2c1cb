import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface Writing {
  readonly asset: string
  readonly count: number
  /** The check that it reports. */
  readonly id: string
}

/** Starts a process that commits reports to the state, one after another, and gives its exit code. */
export async function startWriter(path: string, writing: Writing): Promise<number | null> {
  const program = join(import.meta.dirname, 'write-reports.ts')
  const child = spawn(process.execPath, [program, path, JSON.stringify(writing)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}
