import { randomUUID } from 'node:crypto'
import type { Database, Statement } from 'better-sqlite3'
import type { EntryDraft } from '../core/event.ts'
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
import { type CommitJob, CommitQueue } from './commit-queue.ts'
import { Names } from './names.ts'
import { type AssetRow, SqliteAssets, toRecord } from './sqlite-assets.ts'
import { SqliteBatches } from './sqlite-batches.ts'
import { SqliteCheckNames } from './sqlite-check-names.ts'
import { SqliteChecks, type StoredCheck } from './sqlite-checks.ts'
import { StateError, toStateError } from './sqlite-error.ts'
import { SqliteEvents } from './sqlite-events.ts'
import { SqliteLedger } from './sqlite-ledger.ts'
import { SqlitePosture } from './sqlite-posture.ts'
import { SqliteWriter } from './sqlite-writer.ts'
import { createUuidOf } from './uuid-of.ts'

/** Entries after which a transaction ends, whatever else waits: nothing else is done meanwhile. */
const GROUP_ENTRIES = 2000

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
  readonly #checkNames: SqliteCheckNames
  readonly #batches: SqliteBatches
  readonly #writer: SqliteWriter
  readonly #ledger: SqliteLedger
  readonly #events: SqliteEvents
  readonly #posture: SqlitePosture
  readonly #dataVersion: Statement<[], number>
  readonly #queue = new CommitQueue((jobs) => this.#writeGroup(jobs))
  #seenVersion = -1

  constructor(db: Database, { clock }: SqliteStoreOptions) {
    this.db = db
    this.#clock = clock
    const [names, actions] = [new Names(db, 'check_name'), new Names(db, 'action_name')]
    const batchNames = new Names(db, 'batch_name')
    this.#names = [names, actions, batchNames]
    this.#assets = new SqliteAssets(db)
    this.#checks = new SqliteChecks(db, names)
    this.#checkNames = new SqliteCheckNames(db, names)
    this.#batches = new SqliteBatches(db, batchNames)
    this.#ledger = new SqliteLedger(db, actions, { clock, newUuid: randomUUID, uuidOf: createUuidOf() })
    const [assets, checks, checkNames] = [this.#assets, this.#checks, this.#checkNames]
    this.#events = new SqliteEvents(db, { checkNames, actions })
    this.#posture = new SqlitePosture(db, { checks, checkNames, actions })
    const tables = { names, assets, checks, checkNames, batches: this.#batches, ledger: this.#ledger, clock }
    this.#writer = new SqliteWriter(db, tables)
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
    })
  }

  async read({ uuid }: { readonly uuid: string }): Promise<AssetState> {
    return this.#reading(() => this.#stateOf(this.#assets.find(uuid)))
  }

  async assets(): Promise<readonly KnownAsset[]> {
    return this.#reading(() => this.#assets.list())
  }

  async checks(): Promise<readonly KnownCheck[]> {
    return this.#reading(() => this.#checkNames.known())
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
      const { entries } = this.#writer.append(this.#assets.ledger(), null, { entries: [draft] })
      return entries[0] as LedgerEntry
    }
    const answer = this.#transact(() => work(append))
    this.#forget()
    return answer
  }

  async close(): Promise<void> {
    await this.#queue.drain()
    this.db.close()
  }

  /** Writes jobs in one transaction; those that came after too many entries are left. */
  #writeGroup(jobs: readonly CommitJob[]): readonly CommitJob[] {
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
      return []
    }
    for (const tell of done) tell()
    return jobs.slice(done.length)
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
  #run({ asset, decide, unchanged, resolve, reject }: CommitJob): () => void {
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
    const entries = this.#writer.apply(asset, row, state.checks, changes)
    return () => resolve({ decided: true, entries })
  }

  #stateOf(row: AssetRow | undefined): AssetState & { checks: ReadonlyMap<string, StoredCheck> } {
    if (!row) return { asset: null, checks: new Map() }
    return { asset: toRecord(row), checks: this.#checks.list(row.id) }
  }

  #reading<Answer>(read: () => Answer): Answer {
    try {
      // What is remembered must be as old as what is read.
      return this.db
        .transaction(() => {
          this.#refresh()
          return read()
        })
        .deferred()
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
