import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ReportedCheck } from '../../src/core/state.ts'
import { VERDICTS, type Verdict } from '../../src/core/verdict.ts'
import { migrate } from '../../src/state/sqlite-schema.ts'
import { SqliteStore } from '../../src/state/sqlite-store.ts'
import { commitReport, DAY, defineCheck, HOUR, reportCheck, sampleReport, WEB_1 } from './fill-store.ts'
import { type Known, type Replayed, replayEvents, type Shown, StoreModel } from './store-model.ts'

const START = Date.UTC(2026, 2, 4, 12)
const IDS = ['a', 'b', 'c', 'd', '__proto__'] as const

/** A check of a library that changes. */
interface Written {
  readonly id: string
  readonly formerly: readonly string[]
  readonly version: number
  readonly wording: number
  readonly period: number | null
}

/** What comes next: some time passes, maybe the library changes, and a report of all or of some of it is made. */
interface Step {
  readonly pass: number
  readonly library: readonly Written[] | null
  readonly verdicts: Readonly<Record<string, Verdict>> | null
  readonly reason: string
  readonly only: readonly string[] | null
  /** When to ask for the posture, as a part of the time since the start. */
  readonly ask: number
}

const id = fc.constantFrom(...IDS)
const often = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 2 })
const written = fc.record({
  id,
  formerly: fc.uniqueArray(id, { maxLength: 2 }),
  version: fc.integer({ min: 1, max: 2 }),
  wording: fc.integer({ min: 1, max: 2 }),
  period: fc.constantFrom(3600, 3600, 7200, null),
})
const step: fc.Arbitrary<Step> = fc.record({
  pass: fc.constantFrom(
    0,
    HOUR,
    HOUR,
    HOUR,
    2 * HOUR,
    2 * HOUR + 60_000,
    9 * HOUR,
    2 * DAY,
    365 * DAY,
    -HOUR,
    -DAY,
    -365 * DAY,
  ),
  library: fc.option(fc.uniqueArray(written, { selector: (check) => check.id, maxLength: 4 }), { freq: 1 }),
  verdicts: often(
    fc
      .array(fc.constantFrom(...VERDICTS), { minLength: IDS.length, maxLength: IDS.length })
      .map((verdicts) => Object.fromEntries(IDS.map((name, index) => [`is ${name}`, verdicts[index] as Verdict]))),
  ),
  reason: fc.constantFrom('unreadable', 'gone'),
  only: fc.option(fc.uniqueArray(id, { maxLength: 3 }), { freq: 2 }),
  ask: fc.double({ min: 0, max: 1, noNaN: true }),
})

function toReported(check: Written, verdict: Verdict, reason: string): ReportedCheck {
  const { version, wording, ...rest } = check
  return reportCheck(check.id, verdict, {
    ...rest,
    version: `v${version}`,
    definition: defineCheck({ check: check.id, wording }),
    ...(verdict === 'error' ? { reason } : {}),
  })
}

it('knows after every report what the plainest of models knows, and its events alone tell the same', async () => {
  const first = fc.uniqueArray(written, { selector: (check) => check.id, minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(first, fc.array(step, { maxLength: 30 }), async (begun, steps) => {
      const clock = { now: START }
      const store = await openInMemory(() => clock.now)
      const model = new StoreModel()
      let library: readonly Written[] = begun
      let verdicts: Readonly<Record<string, Verdict>> = {}
      for (const { pass, reason, only, ask, ...given } of steps) {
        clock.now = Math.max(START, clock.now + pass)
        library = given.library ?? library
        verdicts = given.verdicts ?? verdicts
        const asked = only ? library.filter((check) => only.includes(check.id)) : library
        const checks = asked.map((check) => toReported(check, verdicts[`is ${check.id}`] ?? 'pass', reason))
        const expected = only ? null : new Set(library.map((check) => check.id))
        await commitReport(store, clock.now, checks, { expected })
        model.report(sampleReport(clock.now, checks, { expected }))

        const state = await store.read(WEB_1)
        const known = new Map([...state.checks].sort().map(([name, check]) => [name, toKnown(check)]))
        expect(known).toEqual(model.read())
        await expectPosture(store, model, { at: clock.now, now: clock.now })
        await expectPosture(store, model, { at: clock.now + 3 * HOUR, now: clock.now })
        const past = START + Math.floor((ask * (clock.now - START)) / HOUR) * HOUR
        await expectPosture(store, model, { at: past, now: clock.now })
        await expectPosture(store, model, { at: Math.max(START, clock.now - 1), now: clock.now })
      }
      const events = await store.events({})
      expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1))
      expect(replayEvents(events.map(({ event }) => event))).toEqual(
        new Map([...model.read()].map(([name, known]) => [name, toReplayed(known)])),
      )
      await store.close()
    }),
    { numRuns: 300 },
  )
})

async function openInMemory(clock: () => number): Promise<SqliteStore> {
  const db = new Database(':memory:')
  migrate(db)
  const store = new SqliteStore(db, { clock })
  await store.begin()
  return store
}

async function expectPosture(store: SqliteStore, model: StoreModel, times: { at: number; now: number }): Promise<void> {
  const shown = (await store.posture(WEB_1, times)).map(
    ({ check, verdict, judged, unknown }): Shown => ({ check, verdict, judged, unknownSince: unknown?.since ?? null }),
  )
  const byId = (one: Shown, other: Shown) => (one.check < other.check ? -1 : 1)
  expect(shown.sort(byId)).toEqual(model.posture(times).sort(byId))
}

function toKnown({ verdict, since, version, definition, period, inability, seenAt, removedAt }: Known): Known {
  return { verdict, since, version, definition, period, inability, seenAt, removedAt }
}

function toReplayed({ verdict, since, version, definition, inability, removedAt }: Known): Replayed {
  const unableSince = inability?.since ?? null
  return { verdict, since, version, definition, unableSince, removed: removedAt !== null }
}
