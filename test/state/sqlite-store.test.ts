import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import type { SqliteStore } from '../../src/state/sqlite-store.ts'
import { makeFolder } from '../scenarios/run-checks.ts'
import { commitReport, HOUR, reportCheck, WEB_1, WEB_2 } from './fill-store.ts'
import { startWriter } from './start-writer.ts'
import { START } from './store-bench.ts'
import { describeStoreContract } from './store-contract.ts'

describeStoreContract('a state in SQLite', async (options) => {
  const folder = makeFolder()
  const path = join(folder, 'state.db')
  const store = await openSqlite(path, options)
  return {
    store,
    reopen: () => openSqlite(path, options),
    close: async () => {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
})

async function openAt(path: string): Promise<SqliteStore> {
  const store = await openSqlite(path, { clock: () => START })
  onTestFinished(() => store.close())
  return store
}

describe('a state in SQLite', () => {
  it.skipIf(process.platform === 'win32')('may be read by nobody but its owner, folders included', async () => {
    const path = join(makeFolder(), 'made', 'for', 'it', 'state.db')
    const store = await openAt(path)
    await commitReport(store, START, [reportCheck('one')])
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(path + suffix).mode & 0o777).toBe(0o600)
    for (const folder of ['made', 'made/for', 'made/for/it']) {
      expect(statSync(join(path, '../../../..', folder)).mode & 0o777).toBe(0o700)
    }
  })

  it('is written ahead, and flushed to the disk with every commit', async () => {
    const store = await openAt(join(makeFolder(), 'state.db'))
    expect(store.db.pragma('journal_mode', { simple: true })).toBe('wal')
    // 2 is FULL.
    expect(store.db.pragma('synchronous', { simple: true })).toBe(2)
  })

  it('is not made where it must exist', async () => {
    const path = join(makeFolder(), 'state.db')
    const opening = openSqlite(path, { clock: () => START, create: false })
    await expect(opening).rejects.toMatchObject({ failure: 'read-only', path, message: `there is no state at ${path}` })
    expect(() => statSync(path)).toThrow('ENOENT')
  })

  it('sees what another wrote: verdicts, entries and names', async () => {
    const path = join(makeFolder(), 'state.db')
    const [one, other] = [await openAt(path), await openAt(path)]
    await commitReport(one, START, [reportCheck('old')])
    expect([...(await other.read(WEB_1)).checks.keys()]).toEqual(['old'])
    await commitReport(other, START + HOUR, [reportCheck('new', 'fail', { formerly: ['old'] })])
    expect((await one.read(WEB_1)).checks.get('new')).toMatchObject({ verdict: 'fail', since: START + HOUR })
    await commitReport(one, START + 2 * HOUR, [reportCheck('new', 'warn', { formerly: ['old'] })])
    expect((await other.events({ checks: ['old'] })).length).toBe(3)
    expect(await other.head()).toEqual(await one.head())
  })

  it('takes turns with other processes that write at the same time, from the first moment on', async () => {
    const path = join(makeFolder(), 'state.db')
    const writers = [WEB_1, WEB_2, WEB_1].map((asset, n) =>
      startWriter(path, { asset: asset.uuid, count: 40, id: `w${n}` }),
    )
    const codes = await Promise.all(writers)
    expect(codes).toEqual([0, 0, 0])
    const store = await openAt(path)
    const entries = await store.events({})
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1))
    expect(entries.filter(({ event }) => event?.action === 'LEDGER_OPENED')).toHaveLength(1)
    for (const uuid of [WEB_1.uuid, WEB_2.uuid]) {
      const own = (await store.events({ assets: [uuid] })).map(({ event }) => event?.meta?.asset_sequence)
      expect(own).toEqual(own.map((_, index) => index + 1))
    }
    expect((await store.read(WEB_1)).checks.size).toBe(2)
  })

  it('waits for another that is writing', async () => {
    const path = join(makeFolder(), 'state.db')
    const store = await openAt(path)
    const blocker = new Database(path)
    onTestFinished(() => void blocker.close())
    blocker.exec('BEGIN IMMEDIATE')
    const before = await store.head()
    const writer = startWriter(path, { asset: WEB_1.uuid, count: 1, id: 'late' })
    await new Promise((done) => setTimeout(done, 300))
    // Readers need not wait.
    expect(await store.head()).toEqual(before)
    blocker.exec('COMMIT')
    expect(await writer).toBe(0)
    expect((await store.head()).sequence).toBeGreaterThan(before.sequence)
  })

  it('says so when it is asked after it was closed', async () => {
    const store = await openAt(join(makeFolder(), 'state.db'))
    await store.close()
    await expect(store.events({})).rejects.toMatchObject({
      code: 'state/io',
      message: expect.stringMatching(/was closed$/),
    })
    await expect(store.commit(null, () => ({ entries: [] }))).rejects.toMatchObject({ code: 'state/io' })
  })

  it('writes what was committed before it is closed', async () => {
    const path = join(makeFolder(), 'state.db')
    const store = await openSqlite(path, { clock: () => START })
    const committing = commitReport(store, START, [reportCheck('one')])
    await store.close()
    expect((await committing).entries).toHaveLength(1)
    await expect(commitReport(store, START, [reportCheck('one', 'fail')])).rejects.toThrow(/was closed/)
    expect((await (await openAt(path)).read(WEB_1)).checks.get('one')?.verdict).toBe('pass')
  })

  it('is refused, and left as it is, when it belongs to another program', async () => {
    const path = join(makeFolder(), 'other.db')
    const other = new Database(path)
    other.exec('CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)')
    other.close()
    await expect(openSqlite(path, { clock: () => START })).rejects.toMatchObject({ failure: 'foreign' })
    const still = new Database(path, { readonly: true })
    expect(still.prepare('SELECT * FROM theirs').all()).toEqual([{ a: 1 }])
    expect(still.pragma('journal_mode', { simple: true })).toBe('delete')
    still.close()
  })
})
