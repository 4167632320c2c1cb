import type { Database, Statement } from 'better-sqlite3'
import { UNCONFIRMED_PERIODS } from '../core/diff.ts'
import type { Event } from '../core/event.ts'
import { NO_LONGER_KNOWN, readStatement, type Statement as Said } from '../core/posture.ts'
import type { CheckPosture, PostureOptions } from '../core/store.ts'
import type { Names } from './names.ts'
import type { StoredPayload } from './payload.ts'
import type { AssetRow } from './sqlite-assets.ts'
import type { SqliteCheckNames } from './sqlite-check-names.ts'
import type { SqliteChecks, StoredCheck } from './sqlite-checks.ts'
import { readEvent } from './sqlite-ledger.ts'

interface Tables {
  readonly checks: SqliteChecks
  readonly checkNames: SqliteCheckNames
  readonly actions: Names
}

interface Refreshed extends Pick<CheckPosture, 'reason' | 'evidence' | 'evidenceTotal'> {
  readonly at: number
}

/** An entry's event; null when it was pruned or erased. */
type Read = (sequence: number) => Event | null

/** Tells what was known of an asset's checks: from the last entry about each, and from the gaps between reports. */
export class SqlitePosture {
  readonly #checks: SqliteChecks
  readonly #checkNames: SqliteCheckNames
  readonly #actions: Names
  readonly #last: Statement<[number, number, number], { sequence: number; action: number; valid: number }>
  readonly #first: Statement<[number, number], number | null>
  readonly #renaming: Statement<[number, number], number>
  readonly #gap: Statement<[number, number, number], { since: number; until: number }>
  readonly #payload: Statement<[number], StoredPayload>
  readonly #valid: Statement<[number], number>
  readonly #refreshed: Statement<[number, number], string>

  constructor(db: Database, { checks, checkNames, actions }: Tables) {
    this.#checks = checks
    this.#checkNames = checkNames
    this.#actions = actions
    this.#last = db.prepare(
      'SELECT sequence, action, valid FROM entry WHERE asset = ? AND check_id = ? AND valid <= ? ORDER BY valid DESC, sequence DESC LIMIT 1',
    )
    this.#first = db
      .prepare<[number, number], number | null>('SELECT min(sequence) FROM entry WHERE asset = ? AND check_id = ?')
      .pluck()
    this.#renaming = db
      .prepare<[number, number], number>(
        `SELECT sequence FROM entry WHERE asset = ? AND check_id = ?
 AND action = (SELECT id FROM action_name WHERE tenant = 0 AND name = 'ASSET_CHECK_RENAMED') ORDER BY sequence LIMIT 1`,
      )
      .pluck()
    this.#gap = db.prepare(
      'SELECT since, until FROM gap WHERE asset = ? AND check_id = ? AND until > ? ORDER BY until LIMIT 1',
    )
    this.#payload = db.prepare<[number], StoredPayload>('SELECT body FROM payload WHERE sequence = ?').pluck()
    this.#valid = db.prepare<[number], number>('SELECT valid FROM entry WHERE sequence = ?').pluck()
    this.#refreshed = db
      .prepare<[number, number], string>('SELECT body FROM evidence WHERE asset = ? AND check_id = ?')
      .pluck()
  }

  list(asset: AssetRow, { at, now }: PostureOptions): CheckPosture[] {
    const events = new Map<number, Event | null>()
    const read: Read = (sequence) => {
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
    return present
      .map((posture) => this.#doubt(asset, posture, { at, now }))
      .map(({ id: _, state: __, ...rest }) => rest)
  }

  #now(asset: AssetRow, check: StoredCheck, read: Read): Found | undefined {
    if (check.removedAt !== null) return undefined
    const { id, verdict, since, version, definition, inability, seenAt, entry } = check
    const said = this.#read(asset, check, read(entry), read)
    const fresh = this.#refreshed.get(asset.id, id)
    const evidence = fresh === undefined ? undefined : (JSON.parse(fresh) as Refreshed)
    return {
      ...(said ?? NOTHING),
      ...(evidence && { reason: evidence.reason, evidence: evidence.evidence, evidenceTotal: evidence.evidenceTotal }),
      ...(inability && { reason: inability.reason }),
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

  #then(asset: AssetRow, check: StoredCheck, at: number, read: Read): Found | undefined {
    const last = this.#last.get(asset.id, check.id, at)
    const told = last ?? this.#baselineAt(asset, at)
    if (!told || (last && this.#actions.show(last.action) === 'ASSET_CHECK_REMOVED')) return undefined
    const { sequence, valid } = told
    const event = read(sequence)
    const said = this.#read(asset, check, event, read)
    if (!last && ((event && !said) || this.#beganLater(asset, check, read))) return undefined
    const posture = said ? dateBack(said, valid) : { ...NOTHING, unknown: { reason: NO_LONGER_KNOWN, since: at } }
    const seenAt = at >= check.seenAt && sequence === check.entry ? check.seenAt : null
    return { ...posture, id: check.id, state: check, check: check.check, seenAt, sequence, pruned: said === undefined }
  }

  /** Whether the check came after the first report, in which another one may have had its id. */
  #beganLater(asset: AssetRow, { id }: StoredCheck, read: Read): boolean {
    const first = this.#first.get(asset.id, id)
    const event = typeof first === 'number' ? read(first) : null
    return event?.action === 'ASSET_COMPLIANCE' && event.changes?.verdict?.last === null
  }

  /** What an event says of a check. A first report names it by the id that it had then. */
  #read(asset: AssetRow, { id, check }: StoredCheck, event: Event | null, read: Read): Said | undefined {
    if (event?.action !== 'ASSET_BASELINE') return readStatement(event, check)
    const renaming = this.#renaming.get(asset.id, id)
    const former = renaming === undefined ? undefined : read(renaming)?.changes?.id?.last
    // Where another asset's report brought the new id, nothing tells which one it had here.
    const names = typeof former === 'string' ? [former] : [check, ...this.#checkNames.formerlyOf(id)]
    for (const name of names) {
      const said = readStatement(event, name)
      if (said) return said
    }
    return undefined
  }

  #baselineAt({ baseline }: AssetRow, at: number): { sequence: number; valid: number } | undefined {
    if (baseline === null) return undefined
    const valid = this.#valid.get(baseline)
    return valid !== undefined && valid <= at ? { sequence: baseline, valid } : undefined
  }

  /** Within a gap, and after too long a silence, what was known before is known no more. */
  #doubt(asset: AssetRow, found: Found, { at, now }: PostureOptions): Found {
    const { state } = found
    const doubt = (reason: string, since: number): Found => ({
      ...found,
      verdict: 'error',
      unknown: found.unknown ?? { reason, since },
    })
    const gap = at < now ? this.#gap.get(asset.id, found.id, at) : undefined
    if (gap) {
      return gap.since < at
        ? doubt(`nothing was heard of it until ${new Date(gap.until).toISOString()}`, gap.since)
        : found
    }
    if (state.period === null || state.removedAt !== null) return found
    const lapsed = state.seenAt + UNCONFIRMED_PERIODS * state.period * 1000
    return at > lapsed ? doubt('no report has confirmed it for more than two of its periods', lapsed) : found
  }
}

/** After a clock was set back, what was said holds since then at the latest. */
function dateBack(said: Said, valid: number): Said {
  const { judged, unknown } = said
  return {
    ...said,
    judged: judged && { ...judged, since: Math.min(judged.since, valid) },
    unknown: unknown && { ...unknown, since: Math.min(unknown.since, valid) },
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
