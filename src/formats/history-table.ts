import type { CheckHistory } from '../core/check-history.ts'
import { nameOf } from '../core/event.ts'
import type { HistoryStep } from '../core/history.ts'
import { sinceOf } from '../core/posture-report.ts'
import type { CheckPosture } from '../core/store.ts'
import { describeEvent, describeFirst, nameVerdict } from './describe-event.ts'
import { describeAgo, describeMoment, describeSpan } from './describe-time.ts'
import { forTerminal } from './escape.ts'
import { createPaint, type Paint } from './paint.ts'
import type { ReportOptions } from './report-options.ts'
import { padText } from './text-width.ts'
import { wordsOf, wrapWords } from './wrap-words.ts'

const DEFAULT_WIDTH = 100
const NARROWEST = 40
const TIME_WIDTH = '2026-03-04 14:18:14'.length
const SPAN_WIDTH = '12 minutes'.length
const INDENT = TIME_WIDTH + 2 + SPAN_WIDTH + 2

/** Which check on which asset, and what is known of it now. */
export function formatHistoryHeading(history: CheckHistory, { color }: ReportOptions = {}): string {
  const { check, asset, words, current, now } = history
  const paint = createPaint(color)
  const name = words.title === null ? check.id : `${words.title} (${check.id})`
  const lines = [
    paint('strong', forTerminal(`${name} on ${nameOf(asset)}`)),
    ...(check.formerly.length > 0 ? [paint('muted', forTerminal(`formerly ${check.formerly.join(', ')}`))] : []),
    current ? forTerminal(describeCurrent(current, now)) : 'Now: not in use',
  ]
  return `${lines.join('\n')}\n\n`
}

function describeCurrent(current: CheckPosture, now: number): string {
  const { verdict, unknown, seenAt } = current
  const since = sinceOf(current)
  const held = since === null ? '' : ` since ${describeAgo(since, now)}`
  const confirmed = seenAt === null ? '' : `, last confirmed ${describeAgo(seenAt, now)}`
  return `Now: ${nameVerdict(verdict)}${held}${confirmed}${unknown?.reason ? `: ${unknown.reason}` : ''}`
}

/** The steps of a check's history as lines for people, oldest first: when, for how long it held, what happened. */
export function formatHistory(
  { steps, check, now }: Pick<CheckHistory, 'steps' | 'check' | 'now'>,
  { color, width }: ReportOptions = {},
): string {
  const paint = createPaint(color)
  const room = Math.max(NARROWEST, width || DEFAULT_WIDTH) - INDENT
  const ids = new Set([check.id, ...check.formerly])
  const lines = steps.map((step, index) => formatStep(step, { ids, now, room, paint, next: steps[index + 1] }))
  const header = `${padText('TIME', TIME_WIDTH)}  ${padText('FOR', SPAN_WIDTH)}  WHAT HAPPENED`
  return `${[paint('muted', header), ...lines].join('\n')}\n`
}

interface Layout {
  readonly ids: ReadonlySet<string>
  readonly now: number
  readonly room: number
  readonly paint: Paint
  readonly next: HistoryStep | undefined
}

function formatStep(step: HistoryStep, { ids, now, room, paint, next }: Layout): string {
  const { at, verdict } = step
  const style = verdict === null || verdict === 'not_applicable' ? 'muted' : verdict
  const span = describeStepSpan(step, now)
  const words = wordsOf(forTerminal(describeStep(step, ids, next)), step.turns ? style : undefined)
  const start = `${paint('muted', describeMoment(at, { seconds: true }))}  ${padText(span, SPAN_WIDTH)}  `
  return wrapWords(words, room, paint)
    .map((line, index) => (index === 0 ? start : ' '.repeat(INDENT)) + line)
    .join('\n')
}

/** Only what says another verdict, or that nothing was heard, holds for a time. */
function describeStepSpan({ turns, silent, at, until, verdict }: HistoryStep, now: number): string {
  if ((!turns || verdict === null) && !silent) return ''
  const end = until ?? now
  return end < at ? '' : describeSpan(end - at)
}

function describeStep(
  { event, silent, until, verdict }: HistoryStep,
  ids: ReadonlySet<string>,
  next: HistoryStep | undefined,
): string {
  if (event === null) return 'something that was pruned or erased'
  if (event.action === 'ASSET_BASELINE') return describeFirst(event, ids)
  if (!silent) return describeEvent(event)
  const another = next?.turns && next.at === until
  const then = another || verdict === null ? '' : `, then again: ${nameVerdict(verdict)}`
  return `nothing was heard of it until ${describeMoment(until ?? 0, { seconds: true })}${then}`
}
