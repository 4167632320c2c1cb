import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { archiveLedger } from '../../src/state/archive.ts'
import { pruneLedger } from '../../src/state/prune.ts'
import { compareArchive, verifyArchive } from '../../src/state/verify-archive.ts'
import { commitReport, HOUR, openStore, reportCheck } from './fill-store.ts'
import { fillLedger, makeFolder, START, tamper } from './sample-ledger.ts'

const NOW = START + 100 * HOUR

describe('an archive', () => {
  it('holds every entry with what was recorded, and is sound by itself', async () => {
    const path = await fillLedger(30)
    const file = join(makeFolder(), 'ledger.jsonl.gz')
    const header = await archiveLedger(path, file, { now: NOW })
    expect(header).toMatchObject({ archive: 'keelson/1', from: 1, through: 61, time: '2026-03-05T04:00:00.000Z' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const { store } = await openStore(path, START)
    const events = await store.events({})
    const [first, ...lines] = readLines(file)
    expect(first).toEqual(header)
    expect(lines.map(({ event }) => event)).toEqual(events.map(({ event }) => event))
    expect(lines.map(({ hash }) => hash)).toEqual(events.map(({ hash }) => hash))
    expect(await verifyArchive(file)).toEqual({ header, entries: 61, pruned: 0, problems: [], problemCount: 0 })
    expect(compareArchive(store.db, header)).toBeUndefined()
    await store.close()
  })

  it('holds everything that pruning up to the same time removes', async () => {
    const path = await fillLedger(30)
    const file = join(makeFolder(), 'ledger.jsonl.gz')
    const before = START + 20.5 * HOUR
    await archiveLedger(path, file, { now: NOW, before })
    const { store } = await openStore(path, START)
    await pruneLedger(store, before, { clock: Date.now })
    const gone = (await store.events({})).filter(({ event }) => event === null).map(({ sequence }) => sequence)
    const lines = readLines(file).slice(1)
    expect(gone.length).toBeGreaterThan(20)
    expect(gone.filter((sequence) => !lines.some((line) => line.sequence === sequence && line.event))).toEqual([])
    await store.close()
  })

  it('goes on where an earlier one ended, and tells which payloads were gone by then', async () => {
    const path = await fillLedger(30)
    const folder = makeFolder()
    const first = await archiveLedger(path, join(folder, '1'), { now: NOW, before: START + 10.5 * HOUR })
    const { store } = await openStore(path, START)
    const { payloads } = await pruneLedger(store, START + 10.5 * HOUR, { clock: Date.now })
    const second = await archiveLedger(path, join(folder, '2'), { now: NOW, after: first.through })
    expect(second).toMatchObject({ from: first.through + 1, previous: first.hash })
    expect(await verifyArchive(join(folder, '2'))).toMatchObject({ problems: [], pruned: 0 })
    await archiveLedger(path, join(folder, 'all'), { now: NOW })
    expect(await verifyArchive(join(folder, 'all'))).toMatchObject({ problems: [], pruned: payloads })
    await store.close()
  })

  it('keeps text as it was recorded, with whatever characters', async () => {
    const path = join(makeFolder(), 'state.db')
    const { store } = await openStore(path, START)
    const text = `\u2028 \u2029 \r \u0085 \ud800 ${'é'.repeat(9000)} 𝄞`
    await commitReport(store, START, [reportCheck('a', 'fail', { evidence: [{ verdict: 'fail', found: { text } }] })])
    await store.close()
    const file = join(makeFolder(), 'a.gz')
    await archiveLedger(path, file, { now: NOW })
    expect(await verifyArchive(file)).toMatchObject({ entries: 2, problems: [] })
  })

  it('replaces no file, and leaves none behind when it fails', async () => {
    const path = await fillLedger(3)
    const file = join(makeFolder(), 'a.gz')
    writeFileSync(file, 'mine')
    await expect(archiveLedger(path, file, { now: NOW })).rejects.toThrow(/exists, and is not replaced/)
    expect(readFileSync(file, 'utf8')).toBe('mine')
    const other = join(dirname(file), 'b.gz')
    await expect(archiveLedger(path, other, { now: NOW, before: START - HOUR })).rejects.toThrow(/has no such entries/)
    await expect(archiveLedger(path, join(file, 'c.gz'), { now: NOW })).rejects.toThrow(/cannot write/)
    tamper(path, `UPDATE payload SET body = '{}' WHERE sequence = 4`)
    await expect(archiveLedger(path, other, { now: NOW })).rejects.toThrow(/does not hold together at entry 4/)
    expect(readdirSync(dirname(file))).toEqual(['a.gz'])
    expect(existsSync(other)).toBe(false)
  })
})

describe('the verification of an archive', () => {
  const change = async (edit: (lines: string[]) => string[]) => {
    const path = await fillLedger(5)
    const file = join(makeFolder(), 'a.gz')
    await archiveLedger(path, file, { now: NOW })
    const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n')
    writeFileSync(file, gzipSync(`${edit(lines).join('\n')}\n`))
    const { problems } = await verifyArchive(file)
    return problems.map(({ sequence, problem }) => `${sequence}: ${problem}`)
  }

  it('finds a payload that was changed', async () => {
    const found = await change((lines) => lines.map((line, n) => (n === 4 ? line.replace('"pass"', '"fail"') : line)))
    expect(found).toEqual(['4: its payload is not the one that was recorded'])
  })

  it('finds a line that was taken out, put in twice, or spoilt', async () => {
    expect(await change((lines) => lines.toSpliced(4, 1))).toEqual([expect.stringMatching(/^4: the entry is missing/)])
    expect(await change((lines) => lines.toSpliced(4, 0, lines[4] as string))).toHaveLength(1)
    expect(await change((lines) => lines.toSpliced(4, 1, '{}'))).toEqual([expect.stringMatching(/^4: the entry is/)])
  })

  it('finds an end that was cut off', async () => {
    expect(await change((lines) => lines.slice(0, -2))).toEqual([
      expect.stringMatching(/ends at entry 9, not with entry 11/),
    ])
    const path = await fillLedger(5)
    const file = join(makeFolder(), 'a.gz')
    await archiveLedger(path, file, { now: NOW })
    writeFileSync(file, readFileSync(file).subarray(0, -500))
    expect((await verifyArchive(file)).problemCount).toBeGreaterThan(0)
  })

  it('finds a ledger that is no longer the one that was archived', async () => {
    const path = await fillLedger(5)
    const file = join(makeFolder(), 'a.gz')
    const header = await archiveLedger(path, file, { now: NOW })
    tamper(path, 'UPDATE entry SET hash = zeroblob(32) WHERE sequence = 11')
    const { store } = await openStore(path, START)
    expect(compareArchive(store.db, header)).toMatch(/is not the one in the archive/)
    await store.close()
    tamper(path, 'DELETE FROM entry WHERE sequence > 9')
    const { store: cut } = await openStore(path, START)
    expect(compareArchive(cut.db, header)).toMatch(/has no entry 11/)
    await cut.close()
  })

  it.each([
    ['nothing', ''],
    ['text', 'some text'],
    ['other lines', gzipSync('{"a":1}\n{}\n')],
    ['no JSON', gzipSync('hello\n')],
    ['an empty archive', gzipSync('')],
  ])('refuses %s', async (_, bytes) => {
    const file = join(makeFolder(), 'a.gz')
    writeFileSync(file, bytes)
    await expect(verifyArchive(file)).rejects.toThrow(/is no archive of a ledger/)
  })

  it('refuses a file that is not there', async () => {
    await expect(verifyArchive(join(makeFolder(), 'none'))).rejects.toThrow(/no archive of a ledger: ENOENT/)
  })
})

interface Line {
  readonly sequence: number
  readonly hash: string
  readonly event: unknown
}

function readLines(file: string): Line[] {
  const text = gunzipSync(readFileSync(file)).toString('utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}
