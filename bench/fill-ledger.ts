import type { SqliteStore } from '../src/state/sqlite-store.ts'
import { createRandom } from './create-random.ts'
import { answerOf, assetOf, compileChecks, Intake } from './sample-fleet.ts'

export const ASSETS = 2000
const CHECKS = 300
/** Checks that report together, and how many of them flip each time. */
const BATCH = 30
const FLIPS = 25
const DAY = 86_400_000
export const YEAR = 365 * DAY
/** Seconds; so long that no report comes too late. */
const PERIOD = (YEAR * 2) / 1000
const IN_FLIGHT = 512

export interface Filling {
  readonly entries: number
  /** When the last of them was observed. */
  readonly end: number
  /** Sets the store's clock. */
  readonly setNow: (time: number) => void
}

/**
 * Commits reports until the ledger has so many entries: of 2,000 machines with 300 checks each, in batches of 30 checks
 * of which most flip, spread evenly over the year before `end`.
 */
export async function fillLedger(store: SqliteStore, { entries, end, setNow }: Filling): Promise<void> {
  const checks = await compileChecks(CHECKS)
  const batches = Array.from({ length: CHECKS / BATCH }, (_, index) => {
    const from = index * BATCH
    const intake = new Intake(store, checks.slice(from, from + BATCH), { period: PERIOD })
    return { intake, answers: Array.from({ length: BATCH }, (_, n) => listAnswers(from + n)) }
  })
  const assets = Array.from({ length: ASSETS }, (_, n) => assetOf(n))
  const random = createRandom(10)
  // A batch's first report is one entry per check, or a single one where it is the machine's first.
  const firsts = ASSETS * (CHECKS - BATCH) + ASSETS
  const reports = ASSETS * batches.length + Math.ceil(Math.max(0, entries - firsts) / FLIPS)
  const passing = new Uint8Array(ASSETS * CHECKS).fill(1)
  let waiting: Promise<unknown>[] = []
  for (let report = 0; report < reports; report++) {
    const round = Math.floor(report / ASSETS)
    // Every machine in turn, in an order that mixes them; 7919 is a prime.
    const machine = (report * 7919 + round) % ASSETS
    const { intake, answers } = batches[round % batches.length] as (typeof batches)[number]
    const first = machine * CHECKS + (round % batches.length) * BATCH
    if (round >= batches.length) {
      const spared = Math.floor(random() * BATCH)
      for (let n = 0; n < FLIPS; n++) passing[first + ((spared + n) % BATCH)]! ^= 1
    }
    const now = Math.round(end - YEAR + (YEAR * (report + 1)) / reports)
    setNow(now)
    const given = answers.map((each, n) => each[passing[first + n] ? 1 : 0]?.[machine % VARIANTS] ?? '')
    waiting.push(intake.commit(assets[machine] as (typeof assets)[number], now, given))
    if (waiting.length < IN_FLIGHT && report < reports - 1) continue
    await Promise.all(waiting)
    waiting = []
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[Kreport ${report + 1} of ${reports}`)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
}

const VARIANTS = 4

/** What a check may be answered: failing and passing, each with different evidence. */
function listAnswers(check: number): string[][] {
  return (['fail', 'pass'] as const).map((verdict) =>
    Array.from({ length: VARIANTS }, (_, variant) => answerOf(check, verdict, variant)),
  )
}
