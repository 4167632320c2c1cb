import type { Database, Statement } from 'better-sqlite3'
import { type EntryDraft, type Event, toTimestamp } from '../core/event.ts'
import type { LedgerEntry } from '../core/store.ts'
import { type StoredPayload, unpackPayload } from './payload.ts'
import type { SqliteStore } from './sqlite-store.ts'

export interface Pruned {
  readonly payloads: number
  readonly gaps: number
}

export interface PruneOptions {
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Payloads that are removed in one transaction. */
  readonly chunk?: number
}

const CHUNK = 20_000
/** Assets that are looked at in one transaction, so that others can write in between. */
const MOST_ASSETS = 1000

/**
 * Removes what is not needed to tell what was known at that time or later: payloads of entries that others followed by
 * then, and gaps that had ended. The entries stay, and so does the chain. The ledger tells of each step; one that is cut
 * short leaves nothing half done.
 */
export async function pruneLedger(store: SqliteStore, before: number, options: PruneOptions): Promise<Pruned> {
  const { clock, chunk = CHUNK } = options
  const pruning = new Pruning(store.db, before)
  let [payloads, gaps] = [0, 0]
  while (!pruning.done) {
    const step = store.maintain((append) => pruning.step(chunk, clock(), append))
    payloads += step.payloads
    gaps += step.gaps
    await new Promise((done) => setImmediate(done))
  }
  return { payloads, gaps }
}

interface Cursor {
  readonly asset: number
  /** Checks before it are done. */
  readonly check: number
}

class Pruning {
  readonly #before: number
  readonly #nextAsset: Statement<[number], { id: number; baseline: number | null }>
  readonly #superseded: Statement<unknown[], { sequence: number; check: number }>
  readonly #removePayload: Statement<[number]>
  readonly #removeGaps: Statement<[number, number]>
  readonly #baseline: Statement<unknown[], StoredPayload>
  readonly #toldAgain: Statement<unknown[], number>
  #cursor: Cursor = { asset: 1, check: 0 }
  done = false

  constructor(db: Database, before: number) {
    this.#before = before
    this.#nextAsset = db.prepare('SELECT id, baseline FROM asset WHERE id >= ? ORDER BY id LIMIT 1')
    // Within a check, each entry holds until the next one.
    this.#superseded = db.prepare(
      `SELECT sequence, check_id AS "check" FROM (
  SELECT sequence, check_id, observed, valid, lead(valid) OVER (PARTITION BY check_id ORDER BY valid, sequence) AS next
  FROM entry WHERE asset = @asset AND check_id >= @from
) e
WHERE CASE WHEN check_id = 0 THEN observed < @before ELSE next <= @before END
  AND sequence IS NOT @baseline AND sequence NOT IN (SELECT entry FROM check_state WHERE asset = @asset)
  AND EXISTS (SELECT 1 FROM payload p WHERE p.sequence = e.sequence)
ORDER BY check_id LIMIT @most`,
    )
    this.#removePayload = db.prepare('DELETE FROM payload WHERE sequence = ?')
    this.#removeGaps = db.prepare('DELETE FROM gap WHERE asset = ? AND until <= ?')
    this.#baseline = db
      .prepare<unknown[], StoredPayload>(
        `SELECT p.body FROM entry e JOIN payload p ON p.sequence = e.sequence WHERE e.sequence = ? AND e.observed <= ?
 AND NOT EXISTS (SELECT 1 FROM check_state s WHERE s.asset = e.asset AND s.entry = e.sequence)`,
      )
      .pluck()
    this.#toldAgain = db
      .prepare<unknown[], number>(
        `SELECT 1 FROM entry WHERE asset = @asset AND valid <= @before AND check_id IN (
 SELECT id FROM check_name WHERE tenant = 0 AND name = @name UNION SELECT check_id FROM former_name WHERE tenant = 0 AND name = @name
) LIMIT 1`,
      )
      .pluck()
  }

  /** Goes on from asset to asset, until so many payloads are removed. Within a transaction. */
  step(most: number, now: number, append: (draft: EntryDraft) => LedgerEntry): Pruned {
    const before = this.#before
    let [payloads, gaps] = [0, 0]
    for (let looked = 0; looked < MOST_ASSETS && payloads < most; looked++) {
      const asset = this.#nextAsset.get(this.#cursor.asset)
      if (!asset) {
        this.done = true
        break
      }
      const from = asset.id === this.#cursor.asset ? this.#cursor.check : 0
      const room = most - payloads
      const superseded = this.#superseded.all({ asset: asset.id, from, before, baseline: asset.baseline, most: room })
      for (const { sequence } of superseded) this.#removePayload.run(sequence)
      payloads += superseded.length
      const last = superseded.at(-1)
      if (last && superseded.length === room) {
        this.#cursor = { asset: asset.id, check: last.check }
        break
      }
      payloads += this.#pruneBaseline(asset.id, asset.baseline)
      gaps += this.#removeGaps.run(asset.id, before).changes
      this.#cursor = { asset: asset.id + 1, check: 0 }
    }
    if (payloads + gaps > 0) append(this.#describe(payloads, gaps, now))
    return { payloads, gaps }
  }

  /** A first report may go when each of its checks was told of again by then. */
  #pruneBaseline(asset: number, baseline: number | null): number {
    if (baseline === null) return 0
    const body = this.#baseline.get(baseline, this.#before)
    if (body === undefined) return 0
    const { meta } = JSON.parse(unpackPayload(body)) as Event
    const results = (meta as { results?: readonly { check: string }[] }).results ?? []
    if (!results.every(({ check }) => this.#toldAgain.get({ asset, before: this.#before, name: check }))) return 0
    return this.#removePayload.run(baseline).changes
  }

  #describe(payloads: number, gaps: number, now: number): EntryDraft {
    const meta = { before: toTimestamp(this.#before), payloads, gaps }
    return { action: 'LEDGER_PRUNED', level: 'INFO', observedAt: now, changes: null, meta }
  }
}
