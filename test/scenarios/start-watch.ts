import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { until } from '../osquery/real-sockets.ts'
import { runChecks, startChecks } from './run-checks.ts'

export interface RunningWatch {
  readonly pid: number
  /** Its log so far, of lines in JSON. */
  readonly log: () => readonly LogLine[]
  /** Waits until the log has so many lines with the event, and perhaps a text. */
  said(event: string, text?: string, times?: number): Promise<void>
  kill(signal: NodeJS.Signals): void
  /** Its exit code or the signal that ended it. */
  readonly ended: Promise<number | string>
}

export interface LogLine {
  readonly level: string
  readonly event: string
  readonly message: string
  readonly check?: string
}

/** Starts `checks watch` with a log in JSON. */
export function startWatch(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningWatch {
  const child = startChecks(['watch', '--log-format', 'json', ...args], { env })
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const log = () =>
    text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine)
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  let over = false
  void ended.then(() => {
    over = true
  })
  return {
    pid: child.pid as number,
    log,
    said: async (event, part = '', times = 1) => {
      const count = () => log().filter((line) => line.event === event && line.message.includes(part)).length
      await until(() => over || count() >= times)
      if (count() < times) throw new Error(`the watch has ended without saying ${event} ${part}:\n${text}`)
    },
    kill: (signal) => void child.kill(signal),
    ended,
  }
}

/** What `checks watch --status` tells of a state. */
export async function readStatus(state: string) {
  const { stdout, code } = await runChecks(['watch', '--status', '--format', 'json', '--state', state])
  return { ...JSON.parse(stdout), code }
}

/** The processes that evaluate for a watch. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}
