import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { backUpState, listBackups } from '../../src/state/backup.ts'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import { restoreState } from '../../src/state/restore.ts'
import { RunLock } from '../../src/state/run-lock.ts'
import { verifyLedger } from '../../src/state/verify-ledger.ts'
import { commitReport, HOUR, openStore, reportCheck, WEB_1 } from './fill-store.ts'
import { ask, fillLedger, makeFolder, reportHour, START } from './sample-ledger.ts'

const NOW = Date.parse('2026-03-04T14:18:14.500Z')
const clock = () => NOW

describe('a backup', () => {
  it('is the whole state in one file of its owner, beside it unless a file is named', async () => {
    const path = await fillLedger(5)
    const { file, head, removed } = await backUpState(path, { now: NOW })
    expect(file).toBe(join(dirname(path), 'backups', 'state-20260304T141814Z.db'))
    expect(removed).toEqual([])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
    expect(readdirSync(dirname(file))).toEqual(['state-20260304T141814Z.db'])
    expect(await verifyLedger(file)).toEqual(await verifyLedger(path))
    expect(head).toEqual((await verifyLedger(path)).head)
    const named = join(makeFolder(), 'new', 'copy.db')
    expect((await backUpState(path, { now: NOW, file: named })).file).toBe(named)
  })

  it('holds what was committed, also what is still in the log, and is of one moment', async () => {
    const path = await fillLedger(2)
    const { store } = await openStore(path, START)
    let done = false
    const writing = (async () => {
      for (let hour = 2; !done; hour++) await reportHour(store, hour)
    })()
    for (let n = 0; n < 5; n++) {
      const { sequence } = await store.head()
      const { file, head } = await backUpState(path, { now: NOW + n * 1000 })
      expect(head.sequence).toBeGreaterThanOrEqual(sequence)
      expect(await verifyLedger(file)).toMatchObject({ problems: [], head })
    }
    done = true
    await writing
    await store.close()
  })

  it('replaces no file; two in one second get names of their own', async () => {
    const path = await fillLedger(2)
    await backUpState(path, { now: NOW })
    expect((await backUpState(path, { now: NOW })).file).toMatch(/141815Z\.db$/)
    const file = join(makeFolder(), 'mine')
    writeFileSync(file, 'mine')
    await expect(backUpState(path, { now: NOW, file })).rejects.toThrow(/exists, and is not replaced/)
    await expect(backUpState(path, { now: NOW, file: path })).rejects.toThrow(/exists, and is not replaced/)
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })

  it('keeps only the newest of its own when asked to, and removes what a killed one left', async () => {
    const path = await fillLedger(2)
    const folder = join(dirname(path), 'backups')
    for (let n = 0; n < 4; n++) await backUpState(path, { now: NOW + n * HOUR })
    const others = ['other-20200101T000000Z.db', 'state-mine.db', 'notes']
    for (const name of others) writeFileSync(join(folder, name), '')
    writeFileSync(join(folder, 'state-20260304T000000Z.db.unfinished-99999999'), '')
    writeFileSync(join(folder, 'state-20260304T000000Z.db.unfinished-99999999-journal'), '')
    writeFileSync(join(folder, `state-20260304T000000Z.db.unfinished-${process.ppid}`), '')
    const { removed } = await backUpState(path, { now: NOW + 4 * HOUR, keep: 2 })
    expect(removed).toHaveLength(3)
    expect(listBackups(path).map((file) => file.slice(-11))).toEqual(['T181814Z.db', 'T171814Z.db'])
    const left = readdirSync(folder).filter((name) => !/T1[78]1814Z\.db$/.test(name))
    expect(left.sort()).toEqual([...others, `state-20260304T000000Z.db.unfinished-${process.ppid}`].sort())
  })

  it('says which place is at fault', async () => {
    const path = await fillLedger(2)
    const file = join(makeFolder(), 'file')
    writeFileSync(file, '')
    await expect(backUpState(path, { now: NOW, file: join(file, 'copy.db') })).rejects.toThrow(
      /cannot write .*copy\.db: ENOTDIR/,
    )
    writeFileSync(path, 'x'.repeat(5000))
    await expect(backUpState(path, { now: NOW })).rejects.toMatchObject({ code: 'state/corrupt', path })
    expect(listBackups(path)).toEqual([])
  })
})

describe('restoring', () => {
  it('puts the backup in the place of the state, keeps that one, and tells of both', async () => {
    const path = await fillLedger(4)
    const { file, head } = await backUpState(path, { now: NOW })
    const { store } = await openStore(path, START)
    for (let hour = 4; hour < 7; hour++) await reportHour(store, hour)
    await store.close()
    const { head: later } = await verifyLedger(path)
    const restored = await restoreState(path, file, { clock })
    expect(restored).toEqual({ head, replaced: later, kept: `${path}.before-restore-20260304T141814Z` })
    expect((await verifyLedger(restored.kept as string)).head).toEqual(later)
    expect(statSync(restored.kept as string).mode & 0o777).toBe(0o600)
    expect(await verifyLedger(path)).toMatchObject({ problems: [], entries: head.sequence + 1 })
    const { store: now } = await openStore(path, START)
    const last = (await now.events({ limit: 1 }))[0]
    expect(last?.event).toMatchObject({
      action: 'LEDGER_RESTORED',
      level: 'WARNING',
      meta: {
        backup: { file: 'state-20260304T141814Z.db', sequence: head.sequence, hash: head.hash },
        replaced: later,
        kept: 'state.db.before-restore-20260304T141814Z',
      },
    })
    await now.close()
    const left = readdirSync(dirname(path)).sort()
    expect(left).toEqual(['backups', 'state.db', 'state.db.before-restore-20260304T141814Z', 'state.db.lock'])
  })

  it('is seen by whoever has the state open, and by whoever writes to it next', async () => {
    const path = await fillLedger(4)
    const { file, head } = await backUpState(path, { now: NOW })
    const { store } = await openStore(path, START)
    await reportHour(store, 5)
    await commitReport(store, START + 6 * HOUR, [reportCheck('added-later')])
    await restoreState(path, file, { clock })
    expect(await store.head()).toMatchObject({ sequence: head.sequence + 1 })
    await commitReport(store, START + 8 * HOUR, [reportCheck('another')])
    const known = await store.posture(WEB_1, { at: START + 8 * HOUR, now: START + 8 * HOUR })
    expect(known.map(({ check }) => check).sort()).toEqual(['another', 'flips', 'steady'])
    await store.close()
    expect(await verifyLedger(path)).toMatchObject({ problems: [] })
  })

  it('makes a state where there is none', async () => {
    const { file, head } = await backUpState(await fillLedger(4), { now: NOW })
    const path = join(makeFolder(), 'state.db')
    expect(await restoreState(path, file, { clock })).toEqual({ head, replaced: null, kept: null })
    expect(await verifyLedger(path)).toMatchObject({ problems: [], entries: head.sequence + 1 })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('replaces a damaged state, and keeps it', async () => {
    const path = await fillLedger(4)
    const { file, head } = await backUpState(path, { now: NOW })
    writeFileSync(path, 'x'.repeat(8192))
    const { kept, replaced } = await restoreState(path, file, { clock })
    expect(replaced).toBeNull()
    expect(readFileSync(kept as string, 'utf8')).toMatch(/^x+$/)
    expect(await verifyLedger(path)).toMatchObject({ problems: [], entries: head.sequence + 1 })
  })

  it.each([
    ['a text', (file: string) => writeFileSync(file, 'some text'.repeat(1000))],
    ['an empty file', (file: string) => writeFileSync(file, '')],
    ['a folder', (file: string) => mkdirSync(file)],
    ['a database of another program', (file: string) => new Database(file).exec('CREATE TABLE t (a)').close()],
    ['an empty database', (file: string) => new Database(file).exec('PRAGMA user_version = 0; VACUUM').close()],
  ])('refuses %s, and changes nothing', async (_, make) => {
    const path = await fillLedger(2)
    const before = readFileSync(path)
    const file = join(makeFolder(), 'file')
    make(file)
    await expect(restoreState(path, file, { clock })).rejects.toThrow(/cannot be restored/)
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(readdirSync(dirname(path)).sort()).toEqual(['state.db', 'state.db.lock'])
  })

  it('refuses a damaged backup, one of a newer version, one that is not there, and the state itself', async () => {
    const path = await fillLedger(30)
    const { file } = await backUpState(path, { now: NOW })
    const bytes = readFileSync(file)
    bytes.fill(0x55, 4096 * 8, 4096 * 20)
    const damaged = join(makeFolder(), 'damaged.db')
    writeFileSync(damaged, bytes)
    await expect(restoreState(path, damaged, { clock })).rejects.toThrow(/cannot be restored: .*damaged/)
    new Database(file).exec('PRAGMA user_version = 999').close()
    await expect(restoreState(path, file, { clock })).rejects.toMatchObject({ code: 'state/newer', path: file })
    await expect(restoreState(path, join(path, 'none'), { clock })).rejects.toThrow(/there is no file/)
    await expect(restoreState(path, path, { clock })).rejects.toThrow(/is the state itself/)
    expect(await verifyLedger(path)).toMatchObject({ problems: [], entries: 61 })
  })

  it('never takes the place of what is no state', async () => {
    const { file } = await backUpState(await fillLedger(2), { now: NOW })
    const folder = makeFolder()
    const notes = join(folder, 'notes.txt')
    writeFileSync(notes, 'my notes, about nothing in particular, and quite long at that'.repeat(3))
    await expect(restoreState(notes, file, { clock })).rejects.toMatchObject({ code: 'state/foreign' })
    const foreign = join(folder, 'foreign.db')
    new Database(foreign).exec('CREATE TABLE t (a)').close()
    await expect(restoreState(foreign, file, { clock })).rejects.toMatchObject({ code: 'state/foreign' })
    expect(ask(foreign, 'SELECT count(*) FROM sqlite_schema')).toBe(1)
    expect(readdirSync(folder).filter((name) => /damaged|before|unfinished/.test(name))).toEqual([])
  })

  it('waits for a run, and for whoever is writing', async () => {
    const path = await fillLedger(2)
    const { file } = await backUpState(path, { now: NOW })
    const lock = await RunLock.acquire(path)
    const writer = new Database(path)
    writer.exec('BEGIN IMMEDIATE')
    let waited = 0
    const restoring = restoreState(path, file, { clock, onWait: () => waited++ })
    await new Promise((done) => setTimeout(done, 150))
    expect(waited).toBe(1)
    lock.release()
    await new Promise((done) => setTimeout(done, 300))
    writer.exec('COMMIT')
    writer.close()
    expect(await restoring).toMatchObject({ head: { sequence: 5 } })
    expect(ask(path, 'SELECT count(*) FROM entry')).toBe(6)
  })

  it('brings a backup of an older version up to date', async () => {
    const path = await fillLedger(2)
    const { file } = await backUpState(path, { now: NOW })
    await restoreState(path, file, { clock })
    const store = await openSqlite(path, { clock })
    expect((await store.head()).sequence).toBe(6)
    await store.close()
    expect(existsSync(`${path}-wal`)).toBe(false)
  })
})
