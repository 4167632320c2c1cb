import { type Level, toWire } from '../core/event.ts'
import type { LedgerEntry } from '../core/store.ts'
import { formatColumns } from './columns.ts'
import { describeEvent } from './describe-event.ts'
import { describeMoment } from './describe-time.ts'
import { createPaint, type Style } from './paint.ts'

export interface EventsTableOptions {
  readonly color?: boolean
  /** Columns of the terminal; what does not fit is cut. Nothing is cut when absent. */
  readonly width?: number | undefined
  /** Whether each line names its asset. */
  readonly namesAsset?: boolean
  /** The same columns as in a table before it; the first one has a header. */
  readonly header?: boolean
}

const LEVEL_STYLES: Readonly<Record<Level, Style>> = {
  INFO: 'muted',
  WARNING: 'warn',
  ERROR: 'fail',
  CRITICAL: 'critical',
}
/** Tables that follow each other line up as long as ids are no longer than this. */
const LEAST_CHECK = 24
const LEAST_ASSET = 12
const NONE = '–'

/** Entries as lines for people, as they come: when, how bad, about what, and what happened. Pruned ones are left out. */
export function formatEvents(entries: readonly LedgerEntry[], options: EventsTableOptions = {}): string {
  const { color = false, width, namesAsset = false, header = true } = options
  const paint = createPaint(color)
  const levels: (Level | undefined)[] = header ? [undefined] : []
  const rows = header ? [['TIME', 'LEVEL', ...(namesAsset ? ['ASSET'] : []), 'CHECK', 'WHAT HAPPENED']] : []
  for (const { observedAt, event } of entries) {
    if (!event) continue
    const asset = namesAsset ? [event.asset?.name || NONE] : []
    const check = typeof event.meta?.check === 'string' ? event.meta.check : (event.item?.name ?? NONE)
    levels.push(event.level)
    rows.push([describeMoment(observedAt, { seconds: true }), event.level, ...asset, check, describeEvent(event)])
  }
  return formatColumns(rows, {
    width,
    least: [0, 'CRITICAL'.length, ...(namesAsset ? [LEAST_ASSET] : []), LEAST_CHECK],
    style: (text, row, column) => {
      const level = levels[row]
      if (!level) return paint('muted', text)
      if (column === 0) return paint('muted', text)
      return column === 1 || (column === rows[0]!.length - 1 && level !== 'INFO')
        ? paint(LEVEL_STYLES[level], text)
        : text
    },
  })
}

/** Entries as events on the wire, without pruned ones. */
export function toEvents(entries: readonly LedgerEntry[]) {
  return entries.flatMap((entry) => toWire(entry) ?? [])
}
