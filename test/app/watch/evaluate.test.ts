import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../src/app/watch/evaluate.ts'
import type { Evaluated, EvaluationOrder, Outcome } from '../../../src/app/watch/protocol.ts'
import { openSqlite } from '../../../src/state/open-sqlite.ts'
import { makeFolder } from '../../scenarios/run-checks.ts'
import { writeCheck, writeFiles } from '../../scenarios/write-checks.ts'
import { startMortalOsquery } from './mortal-osquery.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 2, 4, 12)
const HOURLY = 'schedule: 1h\n'

/** A machine with three hourly checks, whose time the test sets. */
async function makePlace(ids = ['one', 'two', 'three']) {
  const osquery = await startMortalOsquery()
  const folder = writeFiles(
    Object.fromEntries(ids.map((id) => [`${id}.yaml`, writeCheck(id, `SELECT '${id}' = '${id}' AS passed`, HOURLY)])),
  )
  const path = join(makeFolder(), 'state.db')
  let last: Evaluated | undefined
  const place = { now: START, osquery, folder }
  /** Evaluates as the watch does, with what the evaluation before has left. */
  const look = async (more: Partial<EvaluationOrder> = {}): Promise<Outcome> => {
    const flags = { library: false, checks: [folder], socket: osquery.path, timeout: '1' }
    const { owed = [], suspects = {}, asset } = last ?? {}
    const left = { flags, state: path, all: false, owed, suspects, seen: asset, recordLoss: false, budget: 60_000 }
    const outcome = await evaluate({ ...left, ...more }, { clock: () => place.now, tell: () => {} })
    if (outcome.kind === 'evaluated') last = outcome
    return outcome
  }
  const reading = async <Answer>(read: (store: Awaited<ReturnType<typeof openSqlite>>) => Promise<Answer>) => {
    const store = await openSqlite(path, { clock: () => place.now })
    try {
      return await read(store)
    } finally {
      await store.close()
    }
  }
  const verdicts = () =>
    reading(async (store) => {
      const [asset] = await store.assets()
      const known = await store.posture(asset ?? { uuid: '' }, { at: place.now, now: place.now })
      return Object.fromEntries(known.map(({ check, verdict, judged }) => [check, [verdict, judged?.verdict]]))
    })
  const entries = () =>
    reading(async (store) =>
      (await store.events({})).map(({ event }) => `${event?.action} ${event?.meta?.check ?? ''}`.trim()),
    )
  return Object.assign(place, { look, verdicts, entries })
}

const evaluated = (outcome: Outcome) => {
  expect(outcome, JSON.stringify(outcome)).toMatchObject({ kind: 'evaluated' })
  return outcome as Evaluated
}

describe('an evaluation', () => {
  it('judges what is due in one statement, and nothing that is fresh', async () => {
    const place = await makePlace()
    const first = evaluated(await place.look())
    expect(first).toMatchObject({ judged: 3, owed: [], suspects: {} })
    expect(place.osquery.asked).toHaveLength(1)
    expect(new Set(first.plan?.map(({ nextAt }) => nextAt)).size).toBe(1)
    expect(evaluated(await place.look()).judged).toBe(0)
    place.now = first.plan?.[0]?.nextAt as number
    expect(evaluated(await place.look()).judged).toBe(3)
  })

  it('judges once what was missed in a week, and once more when the clock went back a day', async () => {
    const place = await makePlace()
    await place.look()
    place.now += 7 * 24 * HOUR
    expect(evaluated(await place.look()).judged).toBe(3)
    expect(evaluated(await place.look()).judged).toBe(0)
    place.now -= 24 * HOUR
    expect(evaluated(await place.look()).judged).toBe(3)
    expect(evaluated(await place.look()).judged).toBe(0)
    expect(await place.entries()).toEqual(['LEDGER_OPENED', 'ASSET_BASELINE', 'ASSET_GAP', 'ASSET_CLOCK'])
  })

  it('judges everything after an upgrade, also when another run told the state of it', async () => {
    const place = await makePlace()
    await place.look()
    place.osquery.version = '5.24.0'
    expect(evaluated(await place.look()).judged).toBe(3)
    const seen = { os: 'Debian 12', osquery: '5.22.0' }
    expect(evaluated(await place.look({ seen })).judged).toBe(3)
  })

  it('takes a removed check out of use, though nothing is due', async () => {
    const place = await makePlace()
    await place.look()
    const folder = writeFiles({ 'one.yaml': writeCheck('one', "SELECT 'one' = 'one' AS passed", HOURLY) })
    const flags = { library: false, checks: [folder], socket: place.osquery.path }
    expect(evaluated(await place.look({ flags })).judged).toBe(0)
    expect(Object.keys(await place.verdicts())).toEqual(['one'])
    expect((await place.entries()).filter((entry) => entry.startsWith('ASSET_CHECK_REMOVED'))).toHaveLength(2)
  })

  it('answers with the problem when the checks cannot be used', async () => {
    const place = await makePlace()
    const flags = { library: false, checks: [writeFiles({ 'a.yaml': 'id: [' })] }
    expect(await place.look({ flags })).toMatchObject({ kind: 'unsound', message: expect.stringContaining('a.yaml:1') })
  })
})

describe('a source that is lost', () => {
  it('is recorded once, leaves the verdicts, and is made up for when it is back', async () => {
    const place = await makePlace()
    await place.look()
    await place.osquery.stop()
    place.now += 2 * HOUR
    // Not at once: osquery restarts in less than a while.
    const first = evaluated(await place.look())
    expect(first).toMatchObject({ judged: 0, lost: { message: expect.stringMatching(/socket|q\.em/) } })
    for (let i = 0; i < 3; i++) {
      place.now += 60_000
      const again = evaluated(await place.look({ recordLoss: true }))
      expect([...again.owed].sort()).toEqual(['one', 'three', 'two'])
    }
    expect(await place.verdicts()).toEqual({ one: ['error', 'pass'], two: ['error', 'pass'], three: ['error', 'pass'] })
    await place.osquery.start()
    expect(evaluated(await place.look())).toMatchObject({ judged: 3, owed: [], lost: undefined, suspects: {} })
    expect(await place.verdicts()).toEqual({ one: ['pass', 'pass'], two: ['pass', 'pass'], three: ['pass', 'pass'] })
    const about = (await place.entries()).filter((entry) => entry.endsWith(' one'))
    expect(about).toEqual(['ASSET_COMPLIANCE one', 'ASSET_COMPLIANCE one'])
  })

  it('that a check has ended comes back for the others', async () => {
    const place = await makePlace()
    place.osquery.diesOf = "'two'"
    const outcome = evaluated(await place.look())
    expect(outcome).toMatchObject({
      judged: 2,
      owed: [],
      lost: undefined,
      suspects: { two: { failures: 1, until: null } },
    })
    expect(await place.verdicts()).toMatchObject({
      one: ['pass', 'pass'],
      three: ['pass', 'pass'],
      two: ['error', undefined],
    })
  })
})

describe('a check that hangs', () => {
  it('is asked last and alone, then rests in quarantine, and returns when it answers again', async () => {
    const place = await makePlace()
    await place.look()
    place.osquery.hangsOn = "'two'"
    const failures: (number | undefined)[] = []
    for (let i = 0; i < 4; i++) {
      place.now += HOUR
      place.osquery.asked.length = 0
      const outcome = evaluated(await place.look())
      expect(outcome).toMatchObject({ judged: 2, owed: [], lost: undefined })
      failures.push(outcome.suspects.two?.failures)
      // The others first, the suspect afterwards; in quarantine not at all.
      if (i === 2) expect(place.osquery.asked.map((sql) => sql.includes("'two'"))).toEqual([false, true])
      if (i === 2) expect(outcome.quarantined).toEqual(['two'])
    }
    expect(failures).toEqual([1, 2, 3, 4])
    const rests = evaluated(await place.look({ all: true }))
    expect(rests.judged).toBe(2)
    expect(await place.verdicts()).toMatchObject({ one: ['pass', 'pass'], two: ['error', 'pass'] })
    place.osquery.hangsOn = undefined
    place.now += 3 * HOUR
    expect(evaluated(await place.look())).toMatchObject({ judged: 3, suspects: {} })
    expect((await place.entries()).filter((entry) => entry.endsWith(' two'))).toEqual([
      'ASSET_COMPLIANCE two',
      'ASSET_CHECK_QUARANTINED two',
      'ASSET_CHECK_QUARANTINED two',
      'ASSET_COMPLIANCE two',
    ])
  })

  it('does not use up the time of those that were not asked yet: they have their turn next', async () => {
    const ids = Array.from({ length: 6 }, (_, index) => `check-${index}`)
    const place = await makePlace(ids)
    place.osquery.hangsOn = "'check-"
    const first = evaluated(await place.look({ budget: 3500 }))
    const suspects = Object.keys(first.suspects)
    expect(first.owed.length).toBeGreaterThan(0)
    expect([...suspects, ...first.owed].sort()).toEqual(ids)
    place.osquery.hangsOn = `'${suspects[0]}'`
    const second = evaluated(await place.look())
    expect(second).toMatchObject({ judged: 6 - suspects.length, owed: [] })
  })
})
