// Judging, diffing and committing reports of 100 checks, as a server would that many machines report to:
//   node bench/commit-reports.ts [machines]
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite } from '../src/state/open-sqlite.ts'
import { printRatio } from './measure.ts'
import { answerOf, assetOf, compileChecks, Intake, PERIOD } from './sample-fleet.ts'

const CHECKS = 100
const COLUMNS = Array.from({ length: CHECKS }, (_, n) => `c${n}`)
/** Reports that wait together for one disk flush after the other. */
const IN_FLIGHT = 1024
const UNCHANGED = 10_000
const ENTRIES = 40_000
const machines = Number(process.argv[2] ?? 5000)

const folder = mkdtempSync(join(tmpdir(), 'keelson-bench-'))
const path = join(folder, 'state.db')
let now = Date.parse('2026-01-01T00:00:00Z')
const store = await openSqlite(path, { clock: () => now })
try {
  const intake = new Intake(store, await compileChecks(CHECKS))
  const assets = Array.from({ length: machines }, (_, n) => assetOf(n))

  /** One report of each of the first machines; the texts are made beforehand, as agents make them. */
  const measure = async (what: string, count: number, textOf: (asset: number) => string) => {
    now += PERIOD * 1000
    const texts = Array.from({ length: count }, (_, asset) => Buffer.from(textOf(asset)))
    const [{ sequence: before }, cpu, started] = [await store.head(), process.cpuUsage(), performance.now()]
    for (let from = 0; from < count; from += IN_FLIGHT) {
      const slice = texts.slice(from, from + IN_FLIGHT)
      await Promise.all(
        slice.map((text, at) => {
          const row = JSON.parse(text.toString()) as Record<string, string>
          const answers = COLUMNS.map((column) => row[column] ?? '')
          return intake.commit(assets[from + at] as (typeof assets)[number], now, answers)
        }),
      )
    }
    const seconds = (performance.now() - started) / 1000
    const { user, system } = process.cpuUsage(cpu)
    const busy = (user + system) / 1e6
    const entries = (await store.head()).sequence - before
    const also = entries > count ? `, ${rate(entries, seconds)} entries/s` : ''
    const rates = `${rate(count, seconds)} reports/s${also}`
    console.log(`${what}: ${count} in ${seconds.toFixed(2)} s (${busy.toFixed(2)} s of processor time): ${rates}`)
    // V8 collects garbage on other cores too; what counts is the worse of the two times.
    const spent = Math.max(seconds, busy)
    return { reports: count / spent, entries: entries / spent }
  }

  // Of 100 answers 77 are what every machine says, 20 are one of four, and 3 are the machine's own, new each time.
  const write = (asset: number, verdict: 'pass' | 'fail', round: number) => {
    const variantOf = (n: number) => (n % 33 === 7 ? 4 + asset * 10 + round : n % 5 === 1 ? asset % 4 : 0)
    return JSON.stringify(Object.fromEntries(COLUMNS.map((name, n) => [name, answerOf(n, verdict, variantOf(n))])))
  }
  console.log(`reports of ${CHECKS} checks, ${(write(0, 'pass', 0).length / 1000).toFixed(0)} kB each, one core`)
  await measure('first reports', machines, (asset) => write(asset, 'pass', 0))
  const rounds = []
  for (let round = 1; round <= 4; round++)
    rounds.push(await measure('unchanged', machines, (asset) => write(asset, 'pass', round)))
  const flips = await measure('every check flips', Math.ceil(machines / 2), (asset) => write(asset, 'fail', 5))
  console.log(`${(statSync(path).size / 1e6).toFixed(0)} MB`)
  const slowest = Math.min(...rounds.map(({ reports }) => reports))
  console.log(`by processor time: ${rate(slowest, 1)} unchanged reports/s, ${rate(flips.entries, 1)} entries/s`)
  printRatio(slowest / UNCHANGED, `at least 1× ${UNCHANGED} unchanged reports/s`)
  printRatio(flips.entries / ENTRIES, `at least 1× ${ENTRIES} entries/s`)
} finally {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
}

function rate(count: number, seconds: number): string {
  return Math.round(count / seconds).toLocaleString('en')
}
