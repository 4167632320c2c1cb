import { randomUUID } from 'node:crypto'
import type { Database, Statement } from 'better-sqlite3'
import type { AssetRecord, EntryDraft } from '../core/event.ts'
import type { AssetState, Batch, Changes, Definition } from '../core/state.ts'
import type {
  AssetKey,
  CheckPosture,
  Committed,
  EventQuery,
  Head,
  KnownAsset,
  KnownCheck,
  LedgerEntry,
  PostureOptions,
  Store,
} from '../core/store.ts'
import { Names } from './names.ts'
import { type AssetRow, SqliteAssets, toRecord } from './sqlite-assets.ts'
import { SqliteBatches } from './sqlite-batches.ts'
import { SqliteChecks, type StoredCheck } from './sqlite-checks.ts'
import { StateError, toStateError } from './sqlite-error.ts'
import { SqliteEvents } from './sqlite-events.ts'
import { SqliteLedger } from './sqlite-ledger.ts'
import { SqlitePosture } from './sqlite-posture.ts'
import { createUuidOf } from './uuid-of.ts'

/** Reports that share a transaction, and so one flush of the disk. */
const GROUP = 256
/** Entries after which it ends all the same: nothing else is done meanwhile. */
const GROUP_ENTRIES = 2000

interface Job {
  readonly asset: AssetKey
  readonly decide: (state: AssetState) => Changes
  readonly unchanged: Batch | undefined
  readonly resolve: (committed: Committed) => void
  readonly reject: (error: unknown) => void
}

export interface SqliteStoreOptions {
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** A store in a SQLite database that is open and up to date (see openSqlite). */
export class SqliteStore implements Store {
  readonly db: Database
  readonly #clock: () => number
  readonly #names: readonly Names[]
  readonly #assets: SqliteAssets
  readonly #checks: SqliteChecks
  readonly #batches: SqliteBatches
  readonly #ledger: SqliteLedger
  readonly #events: SqliteEvents
  readonly #posture: SqlitePosture
  readonly #putGap: Statement<unknown[]>
  readonly #putEvidence: Statement<unknown[]>
  readonly #dropEvidence: Statement<[number, number]>
  readonly #hasEvidence: Statement<[number], number>
  readonly #dataVersion: Statement<[], number>
  readonly #checkNames: Names
  #seenVersion = -1
  #queue: Job[] = []
  #flushing: Promise<void> | undefined

  constructor(db: Database, { clock }: SqliteStoreOptions) {
    this.db = db
    this.#clock = clock
    const names = new Names(db, 'check_name')
    const actions = new Names(db, 'action_name')
    const batches = new Names(db, 'batch_name')
    this.#checkNames = names
    this.#names = [names, actions, batches]
    this.#assets = new SqliteAssets(db)
    this.#checks = new SqliteChecks(db, names)
    this.#batches = new SqliteBatches(db, batches)
    this.#ledger = new SqliteLedger(db, actions, { clock, newUuid: randomUUID, uuidOf: createUuidOf() })
    this.#events = new SqliteEvents(db, { checks: this.#checks, actions })
    this.#posture = new SqlitePosture(db, { checks: this.#checks, actions })
    this.#putGap = db.prepare('INSERT OR REPLACE INTO gap (asset, check_id, since, until) VALUES (?, ?, ?, ?)')
    this.#putEvidence = db.prepare('INSERT OR REPLACE INTO evidence VALUES (?, ?, ?)')
    this.#dropEvidence = db.prepare('DELETE FROM evidence WHERE asset = ? AND check_id = ?')
    this.#hasEvidence = db.prepare<[number], number>('SELECT 1 FROM evidence WHERE asset = ? LIMIT 1').pluck()
    this.#dataVersion = db.prepare<[], number>('PRAGMA data_version').pluck()
  }

  /** Writes the ledger's first entry, unless it has one. `why` tells what is not usual about it. */
  async begin(why: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { ledger, sequence } = await this.head()
    if (sequence > 0) return
    const level = Object.keys(why).length > 0 ? 'WARNING' : 'INFO'
    await this.commit(null, () => {
      // Another process may have come first.
      if (this.#ledger.readHead().sequence > 0) return { entries: [] }
      const meta = { ledger, ...why }
      return { entries: [{ action: 'LEDGER_OPENED', level, observedAt: this.#clock(), changes: null, meta }] }
    })
  }

  commit(asset: AssetKey, decide: (state: AssetState) => Changes, unchanged?: Batch): Promise<Committed> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ asset, decide, unchanged, resolve, reject })
      this.#flushing ??= new Promise<void>((done) => setImmediate(done)).then(() => this.#flush())
    })
  }

  async read({ uuid }: { readonly uuid: string }): Promise<AssetState> {
    return this.#reading(() => this.#stateOf(this.#assets.find(uuid)))
  }

  async assets(): Promise<readonly KnownAsset[]> {
    return this.#reading(() => this.#assets.list())
  }

  async checks(): Promise<readonly KnownCheck[]> {
    return this.#reading(() => this.#checks.known())
  }

  async events(query: EventQuery): Promise<readonly LedgerEntry[]> {
    return this.#reading(() => this.#events.list(query))
  }

  async posture({ uuid }: { readonly uuid: string }, options: PostureOptions): Promise<readonly CheckPosture[]> {
    return this.#reading(() => {
      const row = this.#assets.find(uuid)
      return row ? this.#posture.list(row, options) : []
    })
  }

  async definition(digest: string): Promise<Definition | undefined> {
    return this.#reading(() => this.#checks.definition(digest))
  }

  async head(): Promise<Head> {
    return this.#reading(() => {
      const { sequence, hash } = this.#ledger.readHead()
      const ledger = this.db.prepare<[], string>("SELECT value FROM setting WHERE key = 'ledger'").pluck().get() ?? ''
      return { ledger, sequence, hash }
    })
  }

  /** Runs `work` in a transaction of its own; with `append` it records what it does to the ledger itself. */
  maintain<Answer>(work: (append: (draft: EntryDraft) => LedgerEntry) => Answer): Answer {
    const append = (draft: EntryDraft) => {
      const { entries } = this.#append(this.#assets.ledger(), null, { entries: [draft] }, new Map())
      return entries[0] as LedgerEntry
    }
    const answer = this.#transact(() => work(append))
    this.#forget()
    return answer
  }

  async close(): Promise<void> {
    await this.#flushing
    this.db.close()
  }

  /** One transaction after another until nothing waits. */
  async #flush(): Promise<void> {
    while (this.#queue.length > 0) {
      this.#writeGroup(this.#queue.splice(0, GROUP))
      // Whoever waits for these may have more to add to the next group.
      await new Promise((done) => setImmediate(done))
    }
    this.#flushing = undefined
  }

  #writeGroup(jobs: readonly Job[]): void {
    const done: (() => void)[] = []
    try {
      this.#transact(() => {
        const { sequence } = this.#ledger.head
        for (const job of jobs) {
          done.push(this.#run(job))
          if (this.#ledger.head.sequence - sequence >= GROUP_ENTRIES) break
        }
      })
    } catch (error) {
      // Where not the database is at fault but what one of them would write, the others can do without it.
      if (jobs.length > 1 && !(error instanceof StateError)) for (const job of jobs) this.#writeGroup([job])
      else for (const { reject } of jobs) reject(error)
      return
    }
    this.#queue.unshift(...jobs.slice(done.length))
    for (const tell of done) tell()
  }

  #transact<Answer>(work: () => Answer): Answer {
    try {
      this.db.exec('BEGIN IMMEDIATE')
      this.#refresh()
      this.#ledger.readHead()
      const answer = work()
      this.db.exec('COMMIT')
      return answer
    } catch (error) {
      if (this.db.inTransaction) this.db.exec('ROLLBACK')
      this.#forget()
      throw toStateError(error, this.db.name)
    }
  }

  /** Does one job within the group's transaction; the answer is told after the commit. */
  #run({ asset, decide, unchanged, resolve, reject }: Job): () => void {
    if (asset && unchanged && this.#batches.confirm(asset.uuid, unchanged)) {
      return () => resolve({ decided: false, entries: [] })
    }
    const row = asset ? this.#assets.find(asset.uuid) : this.#assets.ledger()
    const state = this.#stateOf(row)
    let changes: Changes
    try {
      changes = decide(state)
    } catch (error) {
      // Nothing of it was written yet, so the others of the group go on.
      return () => reject(error)
    }
    const entries = this.#apply(asset, row, state.checks as ReadonlyMap<string, StoredCheck>, changes)
    return () => resolve({ decided: true, entries })
  }

  #apply(
    key: AssetKey,
    known: AssetRow | undefined,
    before: ReadonlyMap<string, StoredCheck>,
    changes: Changes,
  ): LedgerEntry[] {
    if (changes.asset && known && key) this.#assets.update(known, changes.asset)
    const row = known ?? this.#addAsset(key, changes.asset)
    for (const { from, to } of changes.renames ?? []) this.#checks.rename(from, to)
    for (const definition of changes.definitions ?? []) this.#checks.define(definition)
    const record = key ? (changes.asset ?? toRecord(row)) : null
    const { entries, entryOf, baseline } = this.#append(row, record, changes, before)
    const batch = changes.batch ? this.#batches.number(changes.batch) : 0
    for (const check of changes.checks ?? []) {
      const stored =
        before.get(check.check) ?? before.get(changes.renames?.find(({ to }) => to === check.check)?.from ?? '')
      const own = check.removedAt === null ? batch : (stored?.batch ?? batch)
      const entry = entryOf.get(check.check) ?? baseline ?? stored?.entry ?? 0
      this.#checks.put(row.id, check, { before: stored, batch: own, entry })
    }
    for (const { check, since, until } of changes.gaps ?? []) {
      this.#putGap.run(row.id, this.#checkNames.number(check), since, until)
    }
    if (entryOf.size > 0 && this.#hasEvidence.get(row.id) !== undefined) {
      for (const id of entryOf.keys()) this.#dropEvidence.run(row.id, this.#checkNames.number(id))
    }
    for (const { check, ...evidence } of changes.refreshed ?? []) {
      this.#putEvidence.run(row.id, this.#checkNames.number(check), JSON.stringify(evidence))
    }
    if (changes.batch) this.#confirm(row.id, batch, changes.batch, before)
    return entries
  }

  #append(row: AssetRow, record: AssetRecord | null, changes: Changes, before: ReadonlyMap<string, StoredCheck>) {
    const entries: LedgerEntry[] = []
    const entryOf = new Map<string, number>()
    let { sequence, baseline } = row
    let written: number | undefined
    let latest = 0
    for (const { seenAt } of before.values()) latest = Math.max(latest, seenAt)
    for (const draft of changes.entries) {
      const check = draft.check ? this.#checkNames.number(draft.check.id) : 0
      const place = { asset: row.id, assetSequence: ++sequence, check }
      // Only reports are told by the asset's own clock.
      if (changes.batch && draft.observedAt < latest) this.#ledger.overtake(place, draft.observedAt)
      const entry = this.#ledger.append(draft, place, record)
      entries.push(entry)
      if (draft.check) entryOf.set(draft.check.id, entry.sequence)
      if (draft.action === 'ASSET_BASELINE') {
        written = entry.sequence
        baseline = entry.sequence
      }
    }
    this.#assets.count(row, sequence, baseline)
    return { entries, entryOf, baseline: written }
  }

  /** Every check of the report was confirmed through this batch, whatever it was confirmed through before. */
  #confirm(asset: number, id: number, batch: Batch, before: ReadonlyMap<string, StoredCheck>): void {
    const left = new Set<number>()
    for (const member of batch.members) {
      const stored = before.get(member)
      if (!stored || stored.batch === id) continue
      left.add(stored.batch)
      this.#checks.move(asset, stored.id, id)
    }
    this.#batches.put(asset, id, batch)
    if (left.size === 0) return
    for (const other of left) this.#batches.invalidate(asset, other)
    this.#batches.sweep(asset)
  }

  #addAsset(key: AssetKey, asset: AssetRecord | undefined): AssetRow {
    if (!key || !asset) throw new Error('an asset that is not known yet must be described')
    return this.#assets.add({ ...asset, uuid: key.uuid }, this.#clock())
  }

  #stateOf(row: AssetRow | undefined): AssetState & { checks: ReadonlyMap<string, StoredCheck> } {
    if (!row) return { asset: null, checks: new Map() }
    return { asset: toRecord(row), checks: this.#checks.list(row.id) }
  }

  #reading<Answer>(read: () => Answer): Answer {
    try {
      this.#refresh()
      return this.db.transaction(read).deferred()
    } catch (error) {
      throw toStateError(error, this.db.name)
    }
  }

  /** Forgets what another process may have changed since. */
  #refresh(): void {
    const version = this.#dataVersion.get() as number
    if (version !== this.#seenVersion) this.#forget()
    this.#seenVersion = version
  }

  #forget(): void {
    for (const names of this.#names) names.forget()
    this.#checks.forget()
  }
}
