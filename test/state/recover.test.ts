import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { backUpState } from '../../src/state/backup.ts'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import { openOrRecover, recoverState } from '../../src/state/recover.ts'
import { RunLock } from '../../src/state/run-lock.ts'
import { verifyLedger } from '../../src/state/verify-ledger.ts'
import { commitReport, HOUR, reportCheck } from './fill-store.ts'
import { fillLedger, makeFolder, START } from './sample-ledger.ts'

const NOW = Date.parse('2026-03-04T14:18:14Z')
const OPTIONS = { clock: () => NOW, locked: false }

/** Damage of every kind that a disk does to a file of some hundred pages. */
const DAMAGES: readonly [what: string, damage: (path: string) => void][] = [
  ['its first page is blank', (path) => spoil(path, 0, 4096, 0)],
  ['the rest of its first page is garbage', (path) => spoil(path, 100, 4096, 0x5a)],
  ['its first page is garbage', (path) => spoil(path, 0, 4096, 0x5a)],
  ['it holds some text', (path) => writeFileSync(path, 'garbage')],
  ['pages in the middle are blank', (path) => spoil(path, 4096 * 10, 4096 * 14, 0)],
  ['pages in the middle are garbage', (path) => spoil(path, 4096 * 10, 4096 * 14, 0x5a)],
  ['its end is cut off', (path) => truncateSync(path, 4096 * 12)],
  ['half of its first page is left', (path) => truncateSync(path, 2000)],
]

describe('a damaged state', () => {
  it.each(DAMAGES)('is kept aside, and a new one is begun, when %s', async (_, damage) => {
    const path = await fillLedger(60)
    damage(path)
    const bytes = readFileSync(path)
    const { store, warning } = await openOrRecover(path, OPTIONS)
    const kept = `${path}.damaged-20260304T141814Z`
    expect(warning).toBe(
      `the state at ${path} is damaged; it is kept as ${kept}, and since there is no sound backup, a new one was begun`,
    )
    expect(readFileSync(kept).equals(bytes)).toBe(true)
    const events = (await store.events({})).map(({ event }) => event)
    expect(events).toMatchObject([
      {
        action: 'LEDGER_OPENED',
        level: 'WARNING',
        meta: { cause: 'damaged', kept: 'state.db.damaged-20260304T141814Z' },
      },
    ])
    await store.close()
  })

  it.each(DAMAGES)('is replaced by its newest sound backup when %s', async (_, damage) => {
    const path = await fillLedger(60)
    const { head } = await backUpState(path, { now: NOW - 2 * HOUR })
    const { file: newest } = await backUpState(path, { now: NOW - HOUR })
    spoil(newest, 4096 * 10, 4096 * 14, 0x5a)
    damage(path)
    const { store, warning } = await openOrRecover(path, OPTIONS)
    expect(warning).toMatch(
      /is damaged; it is kept as .*, and the backup .*state-20260304T121814Z\.db has taken its place/,
    )
    const last = (await store.events({ limit: 1 }))[0]
    expect(last).toMatchObject({
      sequence: head.sequence + 1,
      event: { action: 'LEDGER_RESTORED', meta: { cause: 'damaged', backup: { sequence: head.sequence } } },
    })
    await commitReport(store, NOW, [reportCheck('flips', 'fail')])
    await store.close()
    expect(await verifyLedger(path)).toMatchObject({ problems: [] })
    expect(readdirSync(dirname(path)).filter((name) => name.includes('unfinished'))).toEqual([])
  })

  it('is found while it is written to, too', async () => {
    const path = await fillLedger(60)
    const store = await openSqlite(path, { clock: () => NOW })
    spoil(path, 4096, Number.POSITIVE_INFINITY, 0x5a)
    const error = await commitReport(store, START + 60 * HOUR, [reportCheck('flips', 'fail')]).catch((error) => error)
    expect(error).toMatchObject({ code: 'state/corrupt' })
    await store.close()
    const { store: next, warning } = await recoverState(path, OPTIONS)
    expect(warning).toMatch(/a new one was begun/)
    expect((await commitReport(next, NOW, [reportCheck('flips', 'fail')])).entries).toHaveLength(1)
    await next.close()
  })

  it('takes its log with it, which would damage the next one, while others still read it', async () => {
    const path = await fillLedger(60)
    const reader = new Database(path)
    const store = await openSqlite(path, { clock: () => NOW })
    await commitReport(store, START + 60 * HOUR, [reportCheck('flips')])
    reader.exec('BEGIN')
    expect(reader.prepare('SELECT count(*) FROM entry').pluck().get()).toBe(122)
    await store.close()
    spoil(path, 0, 4096, 0x5a)
    spoil(`${path}-wal`, 100, 4096, 0x5a)
    const { store: next } = await openOrRecover(path, OPTIONS).catch(() => openOrRecover(path, OPTIONS))
    expect((await next.events({})).map(({ event }) => event?.meta?.cause)).toEqual(['damaged'])
    reader.close()
    await commitReport(next, NOW, [reportCheck('flips')])
    await next.close()
    expect(await verifyLedger(path)).toMatchObject({ problems: [], entries: 2 })
  })

  it('is recovered by one process only', async () => {
    const path = await fillLedger(60)
    spoil(path, 0, 4096, 0)
    const both = await Promise.all([openOrRecover(path, OPTIONS), openOrRecover(path, OPTIONS)])
    expect(both.map(({ warning }) => warning !== undefined).sort()).toEqual([false, true])
    for (const { store } of both) await store.close()
    expect(readdirSync(dirname(path)).filter((name) => name.includes('damaged'))).toHaveLength(1)
  })

  it('is recovered under the lock that its run holds', async () => {
    const path = await fillLedger(60)
    spoil(path, 0, 4096, 0)
    const lock = await RunLock.acquire(path)
    const { store } = await openOrRecover(path, { ...OPTIONS, locked: true })
    await store.close()
    lock.release()
  })

  it('is left as it is where nothing can be put beside it', async () => {
    const path = await fillLedger(60)
    spoil(path, 0, 4096, 0)
    const bytes = readFileSync(path)
    mkdirSync(`${path}.unfinished-${process.pid}`)
    await expect(openOrRecover(path, OPTIONS)).rejects.toThrow()
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })
})

describe('what was never a state', () => {
  it.each([
    ['a text', (path: string) => writeFileSync(path, 'These are notes.\n'.repeat(500))],
    ['a short text', (path: string) => writeFileSync(path, 'x')],
    ['a database of another program', (path: string) => new Database(path).exec('CREATE TABLE t (a)').close()],
    [
      'a damaged database of another program',
      (path: string) => {
        new Database(path).exec('CREATE TABLE t (a)').close()
        spoil(path, 100, 4096, 0x5a)
      },
    ],
  ])('is not touched: %s', async (_, make) => {
    const path = join(makeFolder(), 'file')
    make(path)
    const bytes = readFileSync(path)
    await expect(openOrRecover(path, OPTIONS)).rejects.toMatchObject({ code: 'state/foreign' })
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(readdirSync(dirname(path)).filter((name) => name.includes('damaged'))).toEqual([])
  })

  it('is not taken for damaged when it is a state of a newer version, and stays as it is byte for byte', async () => {
    const path = await fillLedger(3)
    new Database(path).exec('PRAGMA user_version = 999').close()
    const bytes = readFileSync(path)
    await expect(openOrRecover(path, OPTIONS)).rejects.toMatchObject({ code: 'state/newer' })
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(readdirSync(dirname(path))).toEqual(['state.db'])
  })
})

/** Overwrites a part of a file. */
function spoil(path: string, from: number, to: number, byte: number): void {
  const bytes = readFileSync(path)
  bytes.fill(byte, from, Math.min(to, bytes.length))
  writeFileSync(path, bytes)
}
