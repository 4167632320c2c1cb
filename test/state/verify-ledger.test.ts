import { hash } from 'node:crypto'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import type { Verdict } from '../../src/core/verdict.ts'
import { createLinker, digestPayload } from '../../src/state/chain.ts'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import { verifyLedger } from '../../src/state/verify-ledger.ts'
import { commitReport, HOUR, openStore, reportCheck, WEB_1 } from './fill-store.ts'
import { fillLedger, makeFolder, START, tamper } from './sample-ledger.ts'

const HOURS = 12
// The ledger's beginning, two first reports, then one entry per machine and hour.
const ENTRIES = 1 + 2 + 2 * (HOURS - 1)

const folder = mkdtempSync(join(tmpdir(), 'keelson-verify-'))
const sample = await fillLedger(HOURS, join(folder, 'state.db'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function copySample(): string {
  const path = `${makeFolder()}/state.db`
  copyFileSync(sample, path)
  return path
}

describe('a ledger that nobody touched', () => {
  it('is sound', async () => {
    const { ledger, sequence, hash } = await headOf(sample)
    expect(await verifyLedger(sample)).toEqual({
      entries: ENTRIES,
      head: { ledger, sequence, hash },
      pruned: 0,
      problems: [],
      problemCount: 0,
    })
  })

  it.each([1, 2, 3, ENTRIES])('is sound to %i threads', async (threads) => {
    expect(await verifyLedger(sample, { threads })).toMatchObject({ entries: ENTRIES, problemCount: 0 })
  })

  it('is sound with renamed checks, clocks set back, long payloads and machines that are described by hand', async () => {
    const path = `${makeFolder()}/state.db`
    const { store, clock } = await openStore(path, START)
    const long = [{ verdict: 'fail' as const, found: { text: `"asset":{"uuid":"x"},"item":null,${'é'.repeat(9000)}` } }]
    const report = async (hours: number, ...checks: ReturnType<typeof reportCheck>[]) => {
      clock.now = START + hours * HOUR
      await commitReport(store, clock.now, checks)
    }
    await report(0, reportCheck('old'), reportCheck('long'))
    await report(1, reportCheck('old', 'fail'), reportCheck('long', 'fail', { evidence: long }))
    await report(2, reportCheck('new', 'pass', { formerly: ['old'] }), reportCheck('long'))
    await report(-30, reportCheck('new', 'fail'), reportCheck('long', 'error'))
    await report(3, reportCheck('new', 'fail'), reportCheck('long'))
    await store.close()
    expect((await verifyLedger(path)).problems).toEqual([])
  })

  it('is sound when an id meets the one it has become on other machines', async () => {
    const path = join(makeFolder(), 'state.db')
    const { store, clock } = await openStore(path, START)
    const report = async (hour: number, name: string, id: string, verdict: Verdict) => {
      clock.now = START + hour * HOUR
      const check = reportCheck(id, verdict, {
        formerly: ['third', 'second', 'first'].filter((former) => former !== id),
      })
      await commitReport(store, clock.now, [check], { asset: { ...WEB_1, uuid: `uuid-of-${name}`, name } })
    }
    for (const [hour, verdict] of (['pass', 'fail'] as const).entries()) {
      for (const name of ['one', 'two']) await report(hour, name, 'first', verdict)
    }
    await report(2, 'two', 'second', 'pass')
    await report(3, 'three', 'third', 'pass')
    await report(4, 'one', 'third', 'pass')
    await report(5, 'two', 'third', 'fail')
    await store.close()
    expect((await verifyLedger(path)).problems).toEqual([])
  })
})

describe('whoever changes the database', () => {
  const CHANGES: readonly [what: string, statements: string[], problems: (string | RegExp)[]][] = [
    [
      'a payload',
      [`UPDATE payload SET body = replace(body, '"fail"', '"pass"') WHERE sequence = 8`],
      [/^8: its payload/],
    ],
    ['a payload into nonsense', [`UPDATE payload SET body = x'00ff' WHERE sequence = 8`], [/^8: .* cannot be read/]],
    ['a payload into a number', ['UPDATE payload SET body = 7 WHERE sequence = 8'], [/^8: .* cannot be read/]],
    ['the time', ['UPDATE entry SET observed = observed + 1 WHERE sequence = 8'], [/^8: its column observed/]],
    ['the time of the record', ['UPDATE entry SET recorded = 0 WHERE sequence = 8'], [/^8: its column recorded/]],
    [
      'the time into text',
      [`UPDATE entry SET observed = 'x', valid = 'x' WHERE sequence = 8`],
      [/^8: .* cannot be read/],
    ],
    ['what counts when', ['UPDATE entry SET valid = valid + 1 WHERE sequence = 8'], [/^8: its column valid/]],
    ['the level', ['UPDATE entry SET level = 0 WHERE sequence = 4'], [/^4: its column level/]],
    [
      'the action',
      [`UPDATE entry SET action = (SELECT id FROM action_name WHERE name = 'ASSET_BASELINE') WHERE sequence = 8`],
      [/^8: its column action/],
    ],
    [
      'the check',
      [`UPDATE entry SET check_id = (SELECT id FROM check_name WHERE name = 'steady') WHERE sequence = 8`],
      [/^8: its column check_id/],
    ],
    ['the check into none', ['UPDATE entry SET check_id = 0 WHERE sequence = 8'], [/^8: its column check_id/]],
    ['the tenant', ['UPDATE entry SET tenant = 1 WHERE sequence = 8'], [/^8: its column tenant/]],
    [
      "the machine's number",
      ['UPDATE entry SET asset_sequence = 77 WHERE sequence = 8'],
      [/^8: among its asset's entries/, /^8: its column asset_sequence/, /^10: among its asset's entries/],
    ],
    [
      'the machine',
      ['UPDATE entry SET asset = 2 WHERE sequence = 8'],
      [/^8: its column asset /, /^9: among/, /^10: among/],
    ],
    ["the machine's name for all", [`UPDATE asset SET uuid = 'x' WHERE id = 1`], Array(12).fill(/its column asset /)],
    [
      "a check's name",
      [`UPDATE check_name SET name = 'x' WHERE name = 'flips'`],
      Array(20).fill(/its column check_id/),
    ],
    ['a digest', [`UPDATE entry SET digest = zeroblob(32) WHERE sequence = 8`], [/^8: its hash/, /^8: its payload/]],
    ['a digest into text', [`UPDATE entry SET digest = 'x' WHERE sequence = 8`], [/^8: its digest/, /^8: its payload/]],
    ['a hash', [`UPDATE entry SET hash = zeroblob(32) WHERE sequence = 8`], [/^8: its hash/, /^9: its hash/]],
    [
      'an entry away',
      ['DELETE FROM entry WHERE sequence = 8', 'DELETE FROM payload WHERE sequence = 8'],
      [/^8: the entry is missing/, /^10: among/],
    ],
    [
      'several entries away',
      ['DELETE FROM entry WHERE sequence BETWEEN 6 AND 9', 'DELETE FROM payload WHERE sequence BETWEEN 6 AND 9'],
      [/^6: the entries from here to 9 are missing/, /^10: among/, /^11: among/],
    ],
    [
      'an entry away, not its payload',
      ['DELETE FROM entry WHERE sequence = 8'],
      [/^8: there is a payload/, /^8: the entry/, /^10: among/],
    ],
    [
      'a payload away',
      ['DELETE FROM payload WHERE sequence = 8'],
      ['1 payloads are missing, and the ledger tells of 0 that were removed'],
    ],
    [
      'a payload into the future',
      [`INSERT INTO payload VALUES (999, '{}')`],
      [/^999: there is a payload, but no entry/],
    ],
    [
      'a payload before everything',
      [`INSERT INTO payload VALUES (-5, '{}')`],
      [/^-5: there is a payload, but no entry/],
    ],
    [
      'an entry before everything',
      [
        'INSERT INTO entry SELECT 0, tenant, asset, asset_sequence, check_id, action, level, observed, recorded, valid, digest, hash FROM entry WHERE sequence = 1',
      ],
      [/^0: it stands before/, /^0: its hash/, /^1: its hash/, /^1: among/],
    ],
    [
      'what is known to refer elsewhere',
      [`UPDATE check_state SET entry = 4 WHERE asset = 2`],
      [/^4: what is known of flips refers/, /^4: what is known of steady refers/],
    ],
    [
      'what is known to refer to nothing',
      ['UPDATE check_state SET entry = 4000 WHERE asset = 2 AND check_id = 1'],
      [/^4000: .* which is missing/],
    ],
    [
      'the first report',
      ['UPDATE asset SET baseline = 7 WHERE id = 1'],
      [/^7: an asset refers to this entry as its first report/],
    ],
    ['how many entries there are', ['UPDATE asset SET sequence = 3 WHERE id = 1'], [/^null: asset 1 counts 3 entries/]],
  ]

  it.each(CHANGES)('is found out: %s', async (_, statements, problems) => {
    for (const threads of [0, 2]) {
      const path = copySample()
      tamper(path, ...statements)
      const verification = await verifyLedger(path, { threads })
      const found = verification.problems.map(({ sequence, problem }) => `${sequence}: ${problem}`)
      const expected = problems.map((problem) => (typeof problem === 'string' ? `null: ${problem}` : problem))
      const told = found.filter((line) => !/payloads are missing/.test(line) || expected.includes(line))
      expect(told, found.join('\n')).toHaveLength(expected.length)
      for (const [index, problem] of expected.entries()) expect(told[index]).toMatch(problem)
    }
  })

  it('is not found out when all that follows is forged too: only a checkpoint tells', async () => {
    const path = copySample()
    forge(path, 8)
    expect(await verifyLedger(path)).toMatchObject({ entries: ENTRIES, problemCount: 0 })
    expect((await verifyLedger(path)).head.hash).not.toBe((await verifyLedger(sample)).head.hash)
  })

  it('is told of twenty problems, and how many there are', async () => {
    const path = copySample()
    tamper(path, 'UPDATE entry SET recorded = 0 WHERE sequence > 1')
    const { problems, problemCount } = await verifyLedger(path)
    expect([problems.length, problemCount]).toEqual([20, ENTRIES - 1])
  })
})

describe('a verification', () => {
  it('sees one moment of a ledger that goes on', async () => {
    const path = copySample()
    const store = await openSqlite(path, { clock: () => START })
    let done = false
    const writing = (async () => {
      for (let n = 0; !done; n++) {
        await commitReport(store, START + (HOURS + n) * HOUR, [reportCheck('flips', n % 2 ? 'pass' : 'fail')])
      }
    })()
    for (let round = 0; round < 5; round++) {
      expect(await verifyLedger(path, { threads: 2 })).toMatchObject({ problems: [] })
    }
    done = true
    await writing
    await store.close()
  })

  it('refuses what is no database', async () => {
    await expect(verifyLedger(import.meta.filename)).rejects.toMatchObject({ code: 'state/corrupt' })
    await expect(verifyLedger(import.meta.filename, { threads: 2 })).rejects.toMatchObject({ code: 'state/corrupt' })
  })
})

/** Rewrites an entry and the hashes of all that follow, as someone who knows how the ledger is made would. */
function forge(path: string, from: number): void {
  const link = createLinker()
  const db = new Database(path)
  const body = db.prepare<[number], string>('SELECT body FROM payload WHERE sequence = ?').pluck().get(from) as string
  const text = body
    .replace('is not as it should be', 'is not as it could be')
    .replace('Title of flips', 'Title of flops')
  db.prepare('UPDATE payload SET body = ? WHERE sequence = ?').run(text, from)
  db.prepare('UPDATE entry SET digest = unhex(?) WHERE sequence = ?').run(digestPayload(text), from)
  const hashOf = db.prepare<[number], string>('SELECT lower(hex(hash)) FROM entry WHERE sequence = ?').pluck()
  const digestOf = db.prepare<[number], string>('SELECT lower(hex(digest)) FROM entry WHERE sequence = ?').pluck()
  for (let sequence = from; digestOf.get(sequence) !== undefined; sequence++) {
    const hash = link(hashOf.get(sequence - 1) as string, sequence, digestOf.get(sequence) as string)
    db.prepare('UPDATE entry SET hash = unhex(?) WHERE sequence = ?').run(hash, sequence)
  }
  db.close()
}

describe('the chain', () => {
  it('is what anyone can compute: SHA-256 over the previous hash, the sequence in 64 bits, and the digest', () => {
    const [previous, digest] = ['ab'.repeat(32), 'cd'.repeat(32)]
    const sequence = 2 ** 33 + 5
    const bytes = Buffer.concat([Buffer.from(previous, 'hex'), Buffer.alloc(8), Buffer.from(digest, 'hex')])
    bytes.writeBigUInt64BE(BigInt(sequence), 32)
    expect(createLinker()(previous, sequence, digest)).toBe(hash('sha256', bytes, 'hex'))
  })
})

async function headOf(path: string) {
  const store = await openSqlite(path, { clock: Date.now })
  const head = await store.head()
  await store.close()
  return head
}
