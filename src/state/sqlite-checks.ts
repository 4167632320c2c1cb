import type { Database, Statement } from 'better-sqlite3'
import type { CheckState, Definition, Judged } from '../core/state.ts'
import { VERDICTS } from '../core/verdict.ts'
import type { Names } from './names.ts'

export interface Edition {
  readonly check: number
  readonly version: string
  readonly definition: string
  readonly period: number | null
}

/** A check's state with the numbers that the store keeps beside it. */
export interface StoredCheck extends CheckState {
  readonly id: number
  readonly edition: number
  readonly batch: number
  /** The entry that says all this, evidence included. */
  readonly entry: number
}

type Row = readonly [
  check: number,
  verdict: number | null,
  since: number,
  edition: number,
  batch: number,
  entry: number,
  evidenceAt: number,
  evidenceTag: number,
  inabilitySince: number | null,
  inabilityReason: string | null,
  removed: number | null,
  seen: number,
]

export interface Placed {
  readonly before: StoredCheck | undefined
  readonly batch: number
  readonly entry: number
}

/** The tables of what is known of each check on each asset. */
export class SqliteChecks {
  readonly #names: Names
  readonly #editions = new Map<number, Edition>()
  readonly #editionIds = new Map<string, number>()
  readonly #defined = new Set<string>()
  readonly #list: Statement<[number], Row>
  readonly #put: Statement<unknown[]>
  readonly #move: Statement<[number, number, number]>
  readonly #define: Statement<[string, string]>
  readonly #definition: Statement<[string], Definition>
  readonly #findEdition: Statement<unknown[], number>
  readonly #addEdition: Statement<unknown[], number>
  readonly #showEdition: Statement<[number], { check_id: number; version: string; definition: string; period: number }>

  constructor(db: Database, names: Names) {
    this.#names = names
    this.#list = db
      .prepare<[number], Row>(
        `SELECT s.check_id, s.verdict, s.since, s.edition, s.batch, s.entry, s.evidence_at, s.evidence_tag,
 s.inability_since, s.inability_reason, s.removed, coalesce(b.seen, s.since)
 FROM check_state s LEFT JOIN batch b ON b.asset = s.asset AND b.batch = s.batch WHERE s.asset = ?`,
      )
      .raw()
    this.#put = db.prepare(
      'INSERT INTO check_state VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET verdict = excluded.verdict, since = excluded.since, edition = excluded.edition, batch = excluded.batch, entry = excluded.entry, evidence_at = excluded.evidence_at, evidence_tag = excluded.evidence_tag, inability_since = excluded.inability_since, inability_reason = excluded.inability_reason, removed = excluded.removed',
    )
    this.#move = db.prepare('UPDATE check_state SET batch = ? WHERE asset = ? AND check_id = ?')
    this.#define = db.prepare('INSERT OR IGNORE INTO definition (digest, body) VALUES (?, ?)')
    this.#definition = db.prepare('SELECT digest, body FROM definition WHERE digest = ?')
    this.#findEdition = db
      .prepare<unknown[], number>('SELECT id FROM edition WHERE (check_id, version, definition, period) = (?, ?, ?, ?)')
      .pluck()
    this.#addEdition = db
      .prepare<unknown[], number>(
        'INSERT INTO edition (check_id, version, definition, period) VALUES (?, ?, ?, ?) RETURNING id',
      )
      .pluck()
    this.#showEdition = db.prepare('SELECT check_id, version, definition, period FROM edition WHERE id = ?')
  }

  /** Everything that is known of an asset's checks, by id. */
  list(asset: number): Map<string, StoredCheck> {
    const checks = new Map<string, StoredCheck>()
    for (const row of this.#list.iterate(asset)) {
      const stored = this.#toStored(row)
      checks.set(stored.check, stored)
    }
    return checks
  }

  /** Stores the new state of a check; `before` is what was known of it. */
  put(asset: number, check: CheckState, { before, batch, entry }: Placed): void {
    const { verdict, since, inability, evidenceAt, evidenceTag, removedAt } = check
    const id = this.#names.number(check.check)
    const edition = before?.id === id && isSameEdition(before, check) ? before.edition : this.#edition(id, check)
    const judged = verdict === null ? null : VERDICTS.indexOf(verdict)
    const unable = [inability?.since ?? null, inability?.reason ?? null]
    this.#put.run(asset, id, judged, since, edition, batch, entry, evidenceAt, evidenceTag, ...unable, removedAt)
  }

  move(asset: number, check: number, batch: number): void {
    this.#move.run(batch, asset, check)
  }

  define({ digest, body }: Definition): void {
    if (this.#defined.has(digest)) return
    this.#define.run(digest, body)
    this.#defined.add(digest)
  }

  definition(digest: string): Definition | undefined {
    return this.#definition.get(digest)
  }

  forget(): void {
    this.#editions.clear()
    this.#editionIds.clear()
    this.#defined.clear()
  }

  #edition(id: number, { version, definition, period }: CheckState): number {
    const key = `${id} ${version} ${definition} ${period}`
    const values = [id, version, definition, period ?? 0]
    const known = this.#editionIds.get(key)
    const edition = known ?? this.#findEdition.get(...values) ?? (this.#addEdition.get(...values) as number)
    if (known === undefined) this.#editionIds.set(key, edition)
    return edition
  }

  #showEditionOf(id: number): Edition {
    let edition = this.#editions.get(id)
    if (!edition) {
      const row = this.#showEdition.get(id)
      edition = {
        check: row?.check_id ?? 0,
        version: row?.version ?? '',
        definition: row?.definition ?? '',
        period: row?.period || null,
      }
      this.#editions.set(id, edition)
    }
    return edition
  }

  #toStored(row: Row): StoredCheck {
    const [
      id,
      verdict,
      since,
      edition,
      batch,
      entry,
      evidenceAt,
      evidenceTag,
      unableSince,
      unableReason,
      removed,
      seen,
    ] = row
    const { version, definition, period } = this.#showEditionOf(edition)
    return {
      id,
      check: this.#names.show(id),
      verdict: verdict === null ? null : (VERDICTS[verdict] as Judged),
      since,
      version,
      definition,
      period,
      inability: unableSince === null ? null : { since: unableSince, reason: unableReason ?? '' },
      seenAt: seen,
      evidenceAt,
      evidenceTag,
      removedAt: removed,
      edition,
      batch,
      entry,
    }
  }
}

function isSameEdition(one: CheckState, other: CheckState): boolean {
  return one.version === other.version && one.definition === other.definition && one.period === other.period
}
