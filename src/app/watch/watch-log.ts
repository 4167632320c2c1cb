import { forJson, forTerminal } from '../../formats/escape.ts'

export const LOG_FORMATS = ['text', 'json'] as const
export type LogFormat = (typeof LOG_FORMATS)[number]
export type LogLevel = 'info' | 'warning' | 'error'

/** Writes one line; `event` is a word for programs, and `fields` are for programs too. */
export type WatchLog = (
  level: LogLevel,
  event: string,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void

export interface WatchLogOptions {
  readonly format: LogFormat
  readonly write: (text: string) => void
  readonly clock: () => number
}

/** A log of one line for each event: `TIME LEVEL MESSAGE`, or JSON with `time`, `level`, `event` and `message`. */
export function createWatchLog({ format, write, clock }: WatchLogOptions): WatchLog {
  return (level, event, message, fields = {}) => {
    const time = new Date(clock()).toISOString()
    if (format === 'json') write(`${forJson({ time, level, event, message, ...fields })}\n`)
    else write(`${time} ${level.padEnd(7)} ${forTerminal(message)}\n`)
  }
}
