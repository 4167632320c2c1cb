import { setImmediate as nextTurn } from 'node:timers/promises'
import { KeelsonError } from '../../core/errors.ts'
import { toWire } from '../../core/event.ts'
import type { EventQuery, LedgerEntry, Store } from '../../core/store.ts'
import { OPERATOR, type TableContext, type TableRow } from '../../sql/table.ts'
import { toSeconds } from './postures.ts'
import type { StateTable } from './tables.ts'

/** Entries read at once. */
const PAGE = 1000
/** osquery keeps the whole answer in memory, and so do we. */
const MOST_ROWS = 100_000
const MOST_BYTES = 48 << 20

/** Entries of the ledger, as far as `sequence`, `time` and `asset_uuid` ask for them. */
export const complianceEvents: StateTable = {
  name: 'compliance_events',
  async read(store, context) {
    const withEvent = context.uses('event')
    const rows: TableRow[] = []
    let bytes = 0
    for await (const entry of listEntries(store, context)) {
      const event = withEvent && entry.event ? JSON.stringify(toWire(entry)) : null
      bytes += event?.length ?? 0
      if (rows.length >= MOST_ROWS || bytes > MOST_BYTES) throw tooMany()
      rows.push({ ...describe(entry), event })
    }
    return rows
  },
}

function tooMany(): KeelsonError {
  return new KeelsonError('events/many', `compliance_events would answer more than ${MOST_ROWS} entries or 48 MiB`, {
    hint: 'ask for some: WHERE sequence > … or WHERE time > …',
  })
}

async function* listEntries(store: Store, context: TableContext): AsyncGenerator<LedgerEntry> {
  const [first, last] = boundsOf(context, 'sequence')
  const [from, to] = boundsOf(context, 'time')
  const assets = context.equals('asset_uuid').map((uuid) => uuid.toLowerCase())
  const query: EventQuery = {
    ...(Number.isFinite(from) ? { since: from * 1000 } : {}),
    ...(Number.isFinite(to) ? { until: (to + 1) * 1000 } : {}),
    ...(assets.length > 0 ? { assets } : {}),
  }
  for (let after = Math.max(0, first - 1); ; ) {
    const entries = await store.events({ ...query, after, limit: PAGE })
    for (const entry of entries) {
      if (entry.sequence > last) return
      yield entry
    }
    after = entries.at(-1)?.sequence ?? 0
    if (entries.length < PAGE) return
    await nextTurn()
  }
}

/** The least and the most of a column of whole numbers that its constraints allow. SQLite filters again. */
function boundsOf(context: TableContext, column: string): [least: number, most: number] {
  let [least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  const equal: number[] = []
  for (const { op, value } of context.constraints(column)) {
    const number = value.trim() === '' ? Number.NaN : Number(value)
    // What is no number is for SQLite to compare.
    if (Number.isNaN(number)) continue
    if (op === OPERATOR.equals) equal.push(number)
    else if (op === OPERATOR.gt) least = Math.max(least, Math.floor(number) + 1)
    else if (op === OPERATOR.ge) least = Math.max(least, Math.ceil(number))
    else if (op === OPERATOR.lt) most = Math.min(most, Math.ceil(number) - 1)
    else if (op === OPERATOR.le) most = Math.min(most, Math.floor(number))
  }
  return equal.length === 0 ? [least, most] : [Math.max(least, Math.min(...equal)), Math.min(most, Math.max(...equal))]
}

function describe({ sequence, hash, observedAt, recordedAt, event }: LedgerEntry): TableRow {
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  const verdict = event?.changes?.verdict
  return {
    sequence,
    time: toSeconds(observedAt),
    recorded_at: toSeconds(recordedAt),
    level: event?.level ?? null,
    action: event?.action ?? null,
    check_id: text(event?.meta?.check),
    title: event?.item?.name ?? null,
    last: text(verdict?.last),
    latest: text(verdict?.latest),
    reason: text(event?.meta?.reason),
    asset_uuid: event?.asset?.uuid ?? null,
    asset_name: event?.asset?.name ?? null,
    user: event?.user?.name ?? null,
    uuid: event?.uuid ?? null,
    hash,
  }
}
