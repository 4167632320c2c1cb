import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import { APPLICATION_ID, LATEST, MIGRATIONS, migrate } from '../../src/state/sqlite-schema.ts'
import { verifyLedger } from '../../src/state/verify-ledger.ts'
import { makeFolder } from '../scenarios/run-checks.ts'
import { commitReport, HOUR, reportCheck, WEB_1 } from './fill-store.ts'
import { describeState } from './make-state-vector.ts'

const FOLDER = join(import.meta.dirname, '..', 'vectors', 'state')
const VERSIONS = readdirSync(FOLDER)
  .flatMap((name) => /^v(\d+)\.db$/.exec(name)?.[1] ?? [])
  .map(Number)
  .sort((one, other) => one - other)
const NOW = Date.UTC(2026, 2, 5, 12)
const clock = () => NOW

/** A copy of a kept database, to be changed. */
function copyVector(version: number): string {
  const path = join(makeFolder(), 'state.db')
  copyFileSync(join(FOLDER, `v${version}.db`), path)
  return path
}

function openRaw(path: string): Database.Database {
  const db = new Database(path)
  onTestFinished(() => void db.close())
  return db
}

/** Everything that makes the tables what they are. */
function schemaOf(db: Database.Database) {
  return {
    tables: db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name').all(),
    version: db.pragma('user_version', { simple: true }),
    application: db.pragma('application_id', { simple: true }),
  }
}

async function makeNew(): Promise<Database.Database> {
  const path = join(makeFolder(), 'state.db')
  await (await openSqlite(path, { clock })).close()
  return openRaw(path)
}

describe('the kept databases', () => {
  it('are there for every version', () => {
    expect(VERSIONS).toEqual(MIGRATIONS.map((_, index) => index + 1))
  })

  it.each(VERSIONS)('of version %d is brought up to date, and holds what it held', async (version) => {
    const path = copyVector(version)
    const store = await openSqlite(path, { clock })
    const expected = JSON.parse(readFileSync(join(FOLDER, `v${version}.json`), 'utf8'))
    expect(JSON.parse(JSON.stringify(await describeState(store)))).toEqual(expected)
    const { entries } = await commitReport(store, NOW, [reportCheck('firewall', 'warn')])
    expect(entries.map(({ event }) => event?.action)).toContain('ASSET_COMPLIANCE')
    expect(await store.events({ checks: ['firewall'], assets: [WEB_1.uuid] })).not.toEqual([])
    await store.close()
    expect(await verifyLedger(path)).toMatchObject({
      problems: [],
      pruned: 0,
      entries: expected.head.sequence + entries.length,
    })
    expect(schemaOf(openRaw(path))).toEqual(schemaOf(await makeNew()))
  })

  it('of the latest version has the tables of a new one to the letter: what is released is never edited', async () => {
    const kept = openRaw(copyVector(LATEST))
    expect(schemaOf(kept), 'see test/vectors/state/README.md').toEqual(schemaOf(await makeNew()))
  })

  it('show a baseline, transitions, an inability, a gap, a rename, a removal and a clock that went back', async () => {
    for (const version of VERSIONS) {
      const store = await openSqlite(copyVector(version), { clock })
      const events = await store.events({})
      const actions = new Set(events.map(({ event }) => event?.action))
      for (const action of [
        'BASELINE',
        'COMPLIANCE',
        'GAP',
        'CHECK_RENAMED',
        'CHECK_REMOVED',
        'CHECK_CHANGED',
        'CLOCK',
      ]) {
        expect(actions).toContain(`ASSET_${action}`)
      }
      const kinds = new Set(events.map(({ event }) => event?.meta?.kind))
      for (const kind of ['first', 'transition', 'inability_begun', 'inability_ended']) expect(kinds).toContain(kind)
      await store.close()
    }
  })
})

describe('a migration', () => {
  const NEXT = [...MIGRATIONS, 'ALTER TABLE asset ADD COLUMN seat TEXT; CREATE TABLE later (a)']

  it('goes on from the version that the database has', () => {
    const db = openRaw(copyVector(LATEST))
    migrate(db, NEXT)
    expect(schemaOf(db)).toMatchObject({ version: LATEST + 1, application: APPLICATION_ID })
    expect(db.prepare('SELECT seat FROM asset WHERE id = 1').get()).toEqual({ seat: null })
    // Once is enough.
    migrate(db, NEXT)
  })

  it('that fails leaves the database as it was', () => {
    const db = openRaw(copyVector(LATEST))
    const before = schemaOf(db)
    expect(() => migrate(db, [...NEXT, 'CREATE TABLE asset (a)'])).toThrow(/already exists/)
    expect(schemaOf(db)).toEqual(before)
    expect(db.inTransaction).toBe(false)
  })

  it('never takes back what a newer program did', () => {
    const path = copyVector(LATEST)
    const [older, newer] = [openRaw(path), openRaw(path)]
    migrate(newer, NEXT)
    migrate(older, MIGRATIONS)
    expect(schemaOf(older).version).toBe(LATEST + 1)
  })

  it('is never made of a database of a newer version, which stays as it is', async () => {
    const path = copyVector(LATEST)
    const db = new Database(path)
    db.pragma(`user_version = ${LATEST + 1}`)
    db.exec('CREATE TABLE from_the_future (a)')
    db.close()
    const before = readFileSync(path)
    await expect(openSqlite(path, { clock })).rejects.toMatchObject({
      failure: 'newer',
      code: 'state/newer',
      message: expect.stringContaining(`version ${LATEST + 1} of the database; this one knows ${LATEST}`),
      hint: expect.stringContaining('was not touched'),
    })
    expect(readFileSync(path).equals(before)).toBe(true)
    for (const suffix of ['-wal', '-shm']) expect(existsSync(path + suffix)).toBe(false)
  })

  it('is made once when several programs open a new state at the same time', async () => {
    const path = join(makeFolder(), 'state.db')
    const stores = await Promise.all([1, 2, 3].map(() => openSqlite(path, { clock })))
    await Promise.all(stores.map((store, n) => commitReport(store, NOW + n * HOUR, [reportCheck('one')])))
    expect(new Set(await Promise.all(stores.map(async (store) => (await store.head()).ledger))).size).toBe(1)
    for (const store of stores) await store.close()
    expect((await verifyLedger(path)).problems).toEqual([])
  })
})
