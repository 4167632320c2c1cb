import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'

export const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'checks.js')

export interface Ran {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds until it is killed, which fails the test; 20,000 unless given. */
  readonly within?: number
  /** What it reads from standard input; nothing unless given. */
  readonly stdin?: string
  /** A program and its arguments that start it in its turn. */
  readonly through?: readonly string[]
}

/** A folder for one test, on a path short enough for sockets. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'checks-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Starts the real command, away from the settings and sockets of whoever runs the tests. */
export function startChecks(args: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
  const [program, ...rest] = [...(options.through ?? []), process.execPath, PROGRAM, ...args] as [string, ...string[]]
  const home = makeFolder()
  const child = spawn(program, rest, {
    cwd: options.cwd ?? home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      KEELSON_SOURCE: 'embedded',
      KEELSON_STATE: join(home, 'state.db'),
      ...options.env,
    },
  })
  child.stdin.end(options.stdin)
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Runs the real command to its end. It may never show a stack trace, nor what was not foreseen. */
export async function runChecks(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = startChecks(args, options)
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const within = options.within ?? 20_000
  const timer = setTimeout(() => child.kill('SIGKILL'), within)
  const ran = await new Promise<Ran>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  clearTimeout(timer)
  expect(ran.signal, `checks ${args.join(' ')} did not end within ${within} ms\n${stderr}`).toBeNull()
  expect(stdout + stderr).not.toMatch(/^\s+at .*(?:\.[cm]?[jt]s|<anonymous>|native)\b/m)
  expect(stdout + stderr).not.toMatch(/should not have happened|UnhandledPromise|node:internal/)
  return ran
}

/** As runChecks, with the report of a run in JSON. */
export async function runForReport(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran & { report: Report }> {
  const ran = await runChecks(['run', '--format', 'json', ...args], options)
  return { ...ran, report: ran.stdout === '' ? EMPTY : JSON.parse(ran.stdout) }
}

export interface Report {
  readonly asset: Readonly<Record<string, string>>
  readonly source: { readonly kind: string; readonly version: string; readonly preview: boolean }
  readonly startedAt: string
  readonly finishedAt: string
  readonly results: readonly {
    readonly check: string
    readonly title: string
    readonly severity: string
    readonly version: string
    readonly verdict: string
    readonly reason: string | null
    readonly evidence: readonly { readonly verdict: string; readonly found: Readonly<Record<string, unknown>> }[]
    readonly error: string | null
    readonly fix: string | null
    readonly clauses: readonly { readonly verdict: string; readonly reason?: string }[]
    readonly memory?: {
      readonly since: string
      readonly changed: { readonly from: string | null } | null
      readonly due: boolean
    }
  }[]
  readonly memory?: { readonly state: string; readonly lastRunAt: string | null; readonly entries: number }
  readonly summary: Readonly<Record<string, number>>
}

const EMPTY: Report = {
  asset: {},
  source: { kind: '', version: '', preview: false },
  startedAt: '',
  finishedAt: '',
  results: [],
  summary: {},
}

/** The verdict of each check in a report. */
export function verdictsOf({ results }: Report): Record<string, string> {
  return Object.fromEntries(results.map(({ check, verdict }) => [check, verdict]))
}
