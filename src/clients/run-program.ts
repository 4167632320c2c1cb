import { type ChildProcess, spawn } from 'node:child_process'

export interface ProgramOptions {
  /** The program, looked up in the PATH of `env`, and its arguments; no shell ever reads them. */
  readonly command: readonly [string, ...string[]]
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
  /** What it reads on its standard input. */
  readonly input: string
  /** Milliseconds. */
  readonly timeout: number
  readonly signal: AbortSignal
}

/**
 * How a program ended, with the end of what it wrote on standard error.
 * - `code`: by itself
 * - `signal`: by a signal that was not ours
 * - `timeout`, `aborted`: we ended it, and whatever it had started
 * - `absent`: it could not be started
 */
export type ProgramEnd = { readonly stderr: string } & (
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'timeout' | 'aborted' }
  | { readonly kind: 'absent'; readonly error: Error }
)

/** Milliseconds between SIGTERM and SIGKILL. */
const GRACE = 1000
/** Milliseconds that are waited for the end of standard error once the program itself has ended. */
const LAST_WORDS = 100
const MOST_STDERR = 4096

/**
 * Runs a program to its end in a process group of its own. It may leave its input unread. What it writes on standard
 * output is thrown away. Never rejects.
 */
export async function runProgram(options: ProgramOptions): Promise<ProgramEnd> {
  const { timeout, signal, input } = options
  if (signal.aborted) return { kind: 'aborted', stderr: '' }
  const child = start(options)
  if (child instanceof Error) return { kind: 'absent', error: child, stderr: '' }
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MOST_STDERR)
  })
  child.stdin?.on('error', () => {}).end(input)

  let stopped: 'timeout' | 'aborted' | undefined
  const timers: NodeJS.Timeout[] = []
  let giveUp: (end: End) => void = () => {}
  const lost = new Promise<End>((resolve) => {
    giveUp = resolve
  })
  const stop = (kind: 'timeout' | 'aborted') => {
    if (stopped) return
    stopped = kind
    killGroup(child, 'SIGTERM')
    const kill = () => killGroup(child, 'SIGKILL')
    // A program of another user's, or one that waits for a dead disk, outlives this too; nobody waits for it then.
    timers.push(
      setTimeout(kill, GRACE),
      setTimeout(() => giveUp({ kind: 'signal', signal: 'SIGKILL' }), 2 * GRACE),
    )
  }
  timers.push(setTimeout(() => stop('timeout'), timeout))
  const abort = () => stop('aborted')
  signal.addEventListener('abort', abort, { once: true })
  // It must not outlive us either.
  const killNow = () => killGroup(child, 'SIGKILL')
  process.once('exit', killNow)

  const end = await Promise.race([waitForEnd(child), lost])
  for (const timer of timers) clearTimeout(timer)
  signal.removeEventListener('abort', abort)
  process.off('exit', killNow)
  // What it had started may have ignored the first signal.
  if (stopped) killGroup(child, 'SIGKILL')
  else await hearLastWords(child)
  child.stderr?.destroy()
  child.stdin?.destroy()
  child.unref()
  return stopped && end.kind !== 'absent' ? { kind: stopped, stderr } : { ...end, stderr }
}

function start({ command: [program, ...args], env }: ProgramOptions): ChildProcess | Error {
  try {
    return spawn(program, args, { env, detached: true, windowsHide: true, stdio: ['pipe', 'ignore', 'pipe'] })
  } catch (error) {
    return error as Error
  }
}

type End =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'absent'; readonly error: Error }

// Not for `close`: a process that it left behind may hold standard error open for ever.
function waitForEnd(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ kind: 'absent', error }))
    child.once('exit', (code, signal) => {
      resolve(code === null ? { kind: 'signal', signal: signal ?? 'a signal' } : { kind: 'code', code })
    })
  })
}

async function hearLastWords({ stderr }: ChildProcess): Promise<void> {
  if (!stderr || stderr.readableEnded || stderr.destroyed) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LAST_WORDS)
    stderr.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    if (process.platform === 'win32') spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' })
    else process.kill(-pid, signal)
  } catch {
    // Nothing of the group is left.
  }
}
