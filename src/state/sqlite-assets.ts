import type { Database, Statement } from 'better-sqlite3'
import type { AssetRecord } from '../core/event.ts'
import type { KnownAsset } from '../core/store.ts'

export interface AssetRow {
  readonly id: number
  readonly uuid: string | null
  readonly name: string | null
  readonly given_name: string | null
  readonly platform: string | null
  readonly os: string | null
  readonly osquery: string | null
  readonly owner_name: string | null
  readonly owner_email: string | null
  readonly team: string | null
  readonly company: string | null
  readonly labels: string
  readonly first_seen: number
  readonly sequence: number
  readonly baseline: number | null
}

const COLUMNS = 'uuid, name, given_name, platform, os, osquery, owner_name, owner_email, team, company, labels'

/** The table of assets. */
export class SqliteAssets {
  readonly #find: Statement<[string], AssetRow>
  readonly #insert: Statement<unknown[], AssetRow>
  readonly #update: Statement<unknown[]>
  readonly #count: Statement<[number, number | null, number]>
  readonly #list: Statement<[], AssetRow & { last_seen: number | null }>
  readonly #ledger: Statement<[], AssetRow>

  constructor(db: Database) {
    this.#find = db.prepare('SELECT * FROM asset WHERE tenant = 0 AND uuid = ?')
    this.#ledger = db.prepare('SELECT * FROM asset WHERE id = 0')
    this.#insert = db.prepare(
      `INSERT INTO asset (${COLUMNS}, first_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
    )
    this.#update = db.prepare(
      'UPDATE asset SET (name, given_name, platform, os, osquery, owner_name, owner_email, team, company, labels) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?',
    )
    this.#count = db.prepare('UPDATE asset SET sequence = ?, baseline = ? WHERE id = ?')
    this.#list = db.prepare(
      'SELECT a.*, (SELECT max(seen) FROM batch b WHERE b.asset = a.id) AS last_seen FROM asset a WHERE a.uuid IS NOT NULL ORDER BY coalesce(a.given_name, a.name), a.uuid',
    )
  }

  find(uuid: string): AssetRow | undefined {
    return this.#find.get(uuid)
  }

  /** The row that stands for the ledger itself. */
  ledger(): AssetRow {
    return this.#ledger.get() as AssetRow
  }

  list(): KnownAsset[] {
    return this.#list.all().map((row) => ({ ...toRecord(row), firstSeenAt: row.first_seen, lastSeenAt: row.last_seen }))
  }

  add(asset: AssetRecord, now: number): AssetRow {
    return this.#insert.get(asset.uuid, ...valuesOf(asset), now) as AssetRow
  }

  update(row: AssetRow, asset: AssetRecord): void {
    if (JSON.stringify(toRecord(row)) !== JSON.stringify(asset)) this.#update.run(...valuesOf(asset), row.id)
  }

  /** Stores how many entries the asset has, and which of them is its first report. */
  count(row: AssetRow, sequence: number, baseline: number | null): void {
    if (sequence !== row.sequence || baseline !== row.baseline) this.#count.run(sequence, baseline, row.id)
  }
}

export function toRecord(row: AssetRow): AssetRecord {
  return {
    uuid: row.uuid ?? '',
    name: row.name ?? '',
    givenName: row.given_name,
    platform: row.platform ?? '',
    os: row.os ?? '',
    osquery: row.osquery ?? '',
    owner: { name: row.owner_name, email: row.owner_email },
    team: row.team,
    company: row.company,
    labels: JSON.parse(row.labels) as string[],
  }
}

function valuesOf({
  name,
  givenName,
  platform,
  os,
  osquery,
  owner,
  team,
  company,
  labels,
}: AssetRecord): (string | null)[] {
  return [name, givenName, platform, os, osquery, owner.name, owner.email, team, company, JSON.stringify(labels)]
}
