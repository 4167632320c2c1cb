import type { SinkReport } from '../core/sink-report.ts'
import { formatColumns } from './columns.ts'
import { describeAgo, describeMoment, describeSpan } from './describe-time.ts'
import { forTerminal } from './escape.ts'
import { formatSinks } from './sinks-table.ts'

/** What is known of the watch on a state. Times are milliseconds since 1970. */
export interface WatchStatus {
  readonly state: string
  readonly running: boolean
  /** Null where it is not known. */
  readonly pid: number | null
  readonly startedAt: number | null
  readonly stoppedAt: number | null
  readonly evaluatedAt: number | null
  /** Milliseconds that the last evaluation took. */
  readonly took: number | null
  readonly source: string | null
  readonly next: readonly { readonly check: string; readonly at: number }[]
  /** Checks that could not be asked when they were due, and are asked as soon as they can be. */
  readonly owed: readonly string[]
  readonly quarantine: readonly {
    readonly check: string
    readonly until: number
    readonly failures: number
    readonly reason: string
  }[]
  readonly lost: { readonly since: number; readonly message: string; readonly hint: string | null } | null
  readonly unsound: { readonly since: number; readonly message: string } | null
  readonly retryAt: number | null
  readonly errors: readonly { readonly at: number; readonly message: string }[]
  /** What was ever delivered to. */
  readonly sinks: readonly SinkReport[]
}

/** Checks whose time is shown. */
const SHOWN = 8

export function formatWatchStatus(status: WatchStatus, now: number): string {
  const { running, pid, startedAt, stoppedAt, evaluatedAt, took, lost, unsound, retryAt } = status
  const since = startedAt === null ? '' : ` since ${describeAgo(startedAt, now)}`
  const ended = stoppedAt === null ? '' : `; the last one stopped ${describeAgo(stoppedAt, now)}`
  const lines = [
    running ? `Watch: running${pid ? ` (process ${pid})` : ''}${since}` : `Watch: not running${ended}`,
    `State: ${status.state}`,
  ]
  if (status.source) lines.push(`Source: ${status.source}`)
  if (evaluatedAt !== null) {
    lines.push(
      `Last evaluation: ${describeAgo(evaluatedAt, now)}${took === null ? '' : `, took ${describeSpan(took)}`}`,
    )
  }
  if (lost) lines.push(`Lost: the source does not answer since ${describeAgo(lost.since, now)}: ${withHint(lost)}`)
  if (unsound) {
    lines.push(`Not in use: the checks as they are since ${describeAgo(unsound.since, now)}: ${unsound.message}`)
  }
  if (running && retryAt !== null) lines.push(`Next attempt: ${describeMoment(retryAt, { seconds: true })}`)
  if (status.owed.length > 0) lines.push(`Owed: ${status.owed.length} checks are asked as soon as they can be`)
  const shown = lines.map((line) => forTerminal(line, { keepLines: true }))
  return `${[...shown, ...describeNext(status), ...describeSinks(status, now), ...describeTrouble(status, now)].join('\n')}\n`
}

function describeNext({ next }: WatchStatus): string[] {
  if (next.length === 0) return []
  const rows = next.slice(0, SHOWN).map(({ check, at }) => [describeMoment(at, { seconds: true }), check])
  const more = next.length > SHOWN ? [`  and ${next.length - SHOWN} more`] : []
  return ['', 'Next:', formatColumns(rows).trimEnd().replace(/^/gm, '  '), ...more]
}

function describeSinks({ sinks }: WatchStatus, now: number): string[] {
  if (sinks.length === 0) return []
  return ['', 'Sinks:', formatSinks(sinks, now).trimEnd().replace(/^/gm, '  ')]
}

function describeTrouble({ quarantine, errors }: WatchStatus, now: number): string[] {
  const kept = quarantine.map(
    ({ check, until, failures, reason }) =>
      `  ${forTerminal(check)} until ${describeMoment(until)}, after ${failures} failures: ${forTerminal(reason)}`,
  )
  const told = errors.map(({ at, message }) => `  ${describeAgo(at, now)}: ${forTerminal(message)}`)
  return [
    ...(kept.length > 0 ? ['', 'In quarantine:', ...kept] : []),
    ...(told.length > 0 ? ['', 'Last errors:', ...told] : []),
  ]
}

function withHint({ message, hint }: { message: string; hint: string | null }): string {
  return hint === null ? message : `${message} (${hint})`
}
