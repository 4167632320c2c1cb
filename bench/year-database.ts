// How large the state of one machine grows in a year of hourly reports of 300 checks, 20 transitions a day:
//   node bench/year-database.ts [days]
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite } from '../src/state/open-sqlite.ts'
import { createRandom } from './create-random.ts'
import { printRatio } from './measure.ts'
import { answerOf, assetOf, compileChecks, Intake, PERIOD } from './sample-fleet.ts'

const CHECKS = 300
const TRANSITIONS = 20
const SIZE = 20
const days = Number(process.argv[2] ?? 365)

const folder = mkdtempSync(join(tmpdir(), 'keelson-bench-'))
try {
  const path = join(folder, 'state.db')
  const checks = await compileChecks(CHECKS)
  const asset = assetOf(0)
  const random = createRandom(1)
  const passing = checks.map(() => true)
  let now = Date.parse('2026-01-01T00:00:00Z')
  let entries = 0
  for (let day = 0; day < days; day++) {
    // Every run opens the state; a day's runs share one here.
    const store = await openSqlite(path, { clock: () => now })
    const intake = new Intake(store, checks)
    const flips = Array.from({ length: TRANSITIONS }, () => Math.floor(random() * 24))
    for (let hour = 0; hour < 24; hour++) {
      if (day > 0) {
        for (const at of flips) {
          const check = Math.floor(random() * CHECKS)
          if (at === hour) passing[check] = !passing[check]
        }
      }
      // Three checks in a hundred have new evidence every time.
      const variantOf = (n: number) => (n % 33 === 7 ? day * 24 + hour : 0)
      const answers = passing.map((passes, n) => answerOf(n, passes ? 'pass' : 'fail', variantOf(n)))
      entries += (await intake.commit(asset, now, answers)).entries.length
      now += PERIOD * 1000
    }
    await store.close()
  }
  const size = statSync(path).size / 1e6
  console.log(`${days} days, ${days * 24} reports of ${CHECKS} checks, ${entries} entries: ${size.toFixed(1)} MB`)
  console.log(`promised: a year within ${SIZE} MB`)
  printRatio(((SIZE / size) * days) / 365, 'the room allowed is at least 1× the room taken')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
