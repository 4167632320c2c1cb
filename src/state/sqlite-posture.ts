import type { Database, Statement } from 'better-sqlite3'
import { UNCONFIRMED_PERIODS } from '../core/diff.ts'
import type { Event } from '../core/event.ts'
import { NO_LONGER_KNOWN, readStatement, type Statement as Said } from '../core/posture.ts'
import type { CheckPosture, PostureOptions } from '../core/store.ts'
import type { Names } from './names.ts'
import type { StoredPayload } from './payload.ts'
import type { AssetRow } from './sqlite-assets.ts'
import type { SqliteChecks, StoredCheck } from './sqlite-checks.ts'
import { readEvent } from './sqlite-ledger.ts'

interface Tables {
  readonly checks: SqliteChecks
  readonly actions: Names
}

interface Refreshed extends Pick<CheckPosture, 'reason' | 'evidence' | 'evidenceTotal'> {
  readonly at: number
}

/** Tells what was known of an asset's checks: from the last entry about each, and from the gaps between reports. */
export class SqlitePosture {
  readonly #checks: SqliteChecks
  readonly #actions: Names
  readonly #last: Statement<[number, number, number], { sequence: number; action: number }>
  readonly #gap: Statement<[number, number, number], { since: number; until: number }>
  readonly #payload: Statement<[number], StoredPayload>
  readonly #observed: Statement<[number], number | null>
  readonly #refreshed: Statement<[number, number], string>

  constructor(db: Database, { checks, actions }: Tables) {
    this.#checks = checks
    this.#actions = actions
    this.#last = db.prepare(
      'SELECT sequence, action FROM entry WHERE asset = ? AND check_id = ? AND valid <= ? ORDER BY valid DESC, sequence DESC LIMIT 1',
    )
    this.#gap = db.prepare(
      'SELECT since, until FROM gap WHERE asset = ? AND check_id = ? AND until > ? ORDER BY until LIMIT 1',
    )
    this.#payload = db.prepare<[number], StoredPayload>('SELECT body FROM payload WHERE sequence = ?').pluck()
    this.#observed = db.prepare<[number], number | null>('SELECT valid FROM entry WHERE sequence = ?').pluck()
    this.#refreshed = db
      .prepare<[number, number], string>('SELECT body FROM evidence WHERE asset = ? AND check_id = ?')
      .pluck()
  }

  list(asset: AssetRow, { at, now }: PostureOptions): CheckPosture[] {
    const events = new Map<number, Event | null>()
    const read = (sequence: number): Event | null => {
      const known = events.get(sequence)
      if (known !== undefined) return known
      const body = this.#payload.get(sequence)
      const event = body === undefined ? null : readEvent(body)
      events.set(sequence, event)
      return event
    }
    const stored = [...this.#checks.list(asset.id).values()]
    const present = stored.flatMap((check) =>
      at >= now ? (this.#now(asset, check, read) ?? []) : (this.#then(asset, check, at, read) ?? []),
    )
    return present.map((posture) => this.#doubt(asset, posture, at)).map(({ id: _, state: __, ...rest }) => rest)
  }

  #now(asset: AssetRow, check: StoredCheck, read: (sequence: number) => Event | null): Found | undefined {
    if (check.removedAt !== null) return undefined
    const { id, verdict, since, version, definition, inability, seenAt, entry } = check
    const said = readStatement(read(entry), check.check)
    const fresh = this.#refreshed.get(asset.id, id)
    const evidence = fresh === undefined ? undefined : (JSON.parse(fresh) as Refreshed)
    return {
      ...(said ?? NOTHING),
      ...(evidence && { reason: evidence.reason, evidence: evidence.evidence, evidenceTotal: evidence.evidenceTotal }),
      id,
      state: check,
      check: check.check,
      verdict: inability ? 'error' : (verdict ?? 'error'),
      judged: verdict === null ? null : { verdict, since },
      unknown: inability,
      seenAt,
      version,
      definition,
      sequence: entry,
      pruned: said === undefined,
    }
  }

  #then(asset: AssetRow, check: StoredCheck, at: number, read: (sequence: number) => Event | null): Found | undefined {
    const last = this.#last.get(asset.id, check.id, at)
    const sequence = last?.sequence ?? this.#baselineAt(asset, at)
    if (sequence === null || (last && this.#actions.show(last.action) === 'ASSET_CHECK_REMOVED')) return undefined
    const event = read(sequence)
    const said = readStatement(event, check.check)
    // It came later than the first report.
    if (!last && event && !said) return undefined
    const posture = said ?? { ...NOTHING, unknown: { reason: NO_LONGER_KNOWN, since: at } }
    const seenAt = at >= check.seenAt && sequence === check.entry ? check.seenAt : null
    return { ...posture, id: check.id, state: check, check: check.check, seenAt, sequence, pruned: said === undefined }
  }

  #baselineAt({ baseline }: AssetRow, at: number): number | null {
    if (baseline === null) return null
    const observed = this.#observed.get(baseline)
    return typeof observed === 'number' && observed <= at ? baseline : null
  }

  /** Within a gap, and after too long a silence, what was known before is known no more. */
  #doubt(asset: AssetRow, found: Found, at: number): Found {
    const { state } = found
    const gap = this.#gap.get(asset.id, found.id, at)
    if (gap && gap.since <= at) {
      const reason = `nothing was heard of it until ${new Date(gap.until).toISOString()}`
      return { ...found, verdict: 'error', unknown: { reason, since: gap.since } }
    }
    if (gap || state.period === null || state.removedAt !== null) return found
    const lapsed = state.seenAt + UNCONFIRMED_PERIODS * state.period * 1000
    if (at <= lapsed) return found
    const reason = 'no report has confirmed it for more than two of its periods'
    return { ...found, verdict: 'error', unknown: found.unknown ?? { reason, since: lapsed } }
  }
}

interface Found extends CheckPosture {
  readonly id: number
  readonly state: StoredCheck
}

const NOTHING: Said = {
  verdict: 'error',
  judged: null,
  unknown: null,
  version: '',
  definition: '',
  reason: null,
  evidence: [],
  evidenceTotal: 0,
}
