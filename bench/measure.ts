import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
export const PROGRAM = join(ROOT, 'bin', 'checks.js')

export interface Measured {
  /** Milliseconds from start to end. */
  readonly took: number
  /** The most memory that the process held at a time, in megabytes; only where it was asked for. */
  readonly peak: number | undefined
  readonly code: number | null
  readonly stdout: string
}

// Said by the process itself as it ends; all threads are in it.
const SAY_PEAK = `data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,String(process.resourceUsage().maxRSS)))`

/** Runs Node with these arguments to its end, away from the settings of whoever measures. */
export async function runNode(args: readonly string[], options: { peak?: boolean } = {}): Promise<Measured> {
  const before = options.peak ? ['--import', SAY_PEAK] : []
  const started = performance.now()
  const child = spawn(process.execPath, [...before, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, HOME: tmpdir() },
    stdio: ['ignore', 'pipe', 'inherit', options.peak ? 'pipe' : 'ignore'],
  })
  let [stdout, peak] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  const third = child.stdio[3] as NodeJS.ReadableStream | null
  third?.setEncoding('utf8').on('data', (text: string) => {
    peak += text
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  // resourceUsage counts in kibibytes.
  return {
    took: performance.now() - started,
    peak: peak === '' ? undefined : (Number(peak) * 1024) / 1e6,
    code,
    stdout,
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** The compiled command is what is promised; the sources run too, but start slower. */
export function requireBuild(): void {
  if (existsSync(join(ROOT, 'dist', 'cli', 'main.js'))) return
  console.error('there is no dist/: npm run build')
  process.exit(1)
}

export function ms(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${value.toFixed(0)} ms`
}

/** The line that the readme quotes, with what is promised beside it. */
export function printRatio(ratio: number, promised: string): void {
  console.log(`ratio: ${ratio.toFixed(ratio < 10 ? 1 : 0)}× (promised: ${promised})`)
}
