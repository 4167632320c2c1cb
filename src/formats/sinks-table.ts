import type { DeadLetter, SinkReport } from '../core/sink-report.ts'
import { formatColumns } from './columns.ts'
import { countOf } from './describe.ts'
import { describeEvent } from './describe-event.ts'
import { describeAgo, describeMoment, describeSpan } from './describe-time.ts'
import { forTerminal } from './escape.ts'

/** A sink, and its kind; null where keelson.yaml does not have it any more. */
export type ListedSink = SinkReport & { readonly type?: string | null }

/** Assets whose trouble is shown. */
const SHOWN = 5

/** How far each sink has come, and below that what is wrong. */
export function formatSinks(sinks: readonly ListedSink[], now: number): string {
  const typed = sinks.some(({ type }) => type !== undefined)
  const rows = sinks.map((sink) => [
    sink.name,
    ...(typed ? [sink.type ?? '(removed)'] : []),
    stateOf(sink, now),
    describeWaiting(sink, now),
    String(sink.delivered),
    String(sink.suppressed),
    String(sink.dead),
  ])
  const heading = ['SINK', ...(typed ? ['TYPE'] : []), 'STATE', 'WAITING', 'DELIVERED', 'LEFT OUT', 'DEAD']
  const troubles = sinks.flatMap((sink) => describeTrouble(sink, now))
  return `${formatColumns([heading, ...rows])}${troubles.map((line) => `${forTerminal(line)}\n`).join('')}`
}

/** What a sink refused for good, one line each. */
export function formatDead(letters: readonly DeadLetter[]): string {
  const rows = letters.map(({ sequence, at, message, event }) => [
    String(sequence),
    describeMoment(at),
    event?.asset?.name ?? '',
    event ? describeEvent(event) : '(pruned or erased)',
    message,
  ])
  return formatColumns([['ENTRY', 'SINCE', 'ASSET', 'EVENT', 'WHY'], ...rows])
}

function stateOf({ paused, failure, nextTry, parked }: SinkReport, now: number): string {
  if (paused) return 'paused'
  if (failure) return nextTry !== null && nextTry > now ? `waits ${describeSpan(nextTry - now)}` : 'failing'
  return parked.length > 0 ? `holds back ${parked.length}` : 'ok'
}

function describeWaiting({ waiting, oldest }: SinkReport, now: number): string {
  if (waiting === 0 || oldest === null) return String(waiting)
  return `${waiting}, since ${describeSpan(now - oldest)}`
}

function describeTrouble({ name, failure, attempts, nextTry, parked }: SinkReport, now: number): string[] {
  const next = (time: number | null) =>
    time !== null && time > now ? `; next try ${describeMoment(time, { seconds: true })}` : ''
  const whole = failure
    ? [
        `${name}: ${failure.message} (${countOf(attempts, 'attempt')}, last ${describeAgo(failure.at, now)}${next(nextTry)})`,
      ]
    : []
  const held = parked
    .slice(0, SHOWN)
    .map(
      ({ asset, sequence, message, nextTry: time }) =>
        `${name}: ${asset || 'the ledger'} is held back from entry ${sequence} on: ${message}${next(time)}`,
    )
  const more = parked.length > SHOWN ? [`${name}: and ${parked.length - SHOWN} more assets`] : []
  return [...whole, ...held, ...more]
}
