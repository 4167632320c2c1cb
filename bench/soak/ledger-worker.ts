// Commits reports without end, and sometimes prunes and backs up; says on standard output what is done, once it is:
//   node bench/soak/ledger-worker.ts DATABASE SEED
import { hash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { describeBatch } from '../../src/core/describe-batch.ts'
import { diffReport } from '../../src/core/diff.ts'
import type { AssetReport, ReportedCheck } from '../../src/core/state.ts'
import { VERDICTS, type Verdict } from '../../src/core/verdict.ts'
import { backUpState } from '../../src/state/backup.ts'
import { openSqlite } from '../../src/state/open-sqlite.ts'
import { pruneLedger } from '../../src/state/prune.ts'
import { createRandom } from '../create-random.ts'
import type { Said } from './kill-rounds.ts'

const ASSETS = 6
const CHECKS = 8

const [path = '', seed = '0'] = process.argv.slice(2)
const random = createRandom(Number(seed))
const below = (limit: number): number => Math.floor(random() * limit)
const digest = (text: string): string => hash('sha256', text, 'hex')
const tagOf = (text: string): number => Number.parseInt(digest(text).slice(0, 12), 16)
// Written at once: what waited in memory would be lost with the process.
const say = (said: Said): void => void writeSync(1, `${JSON.stringify(said)}\n`)

const store = await openSqlite(path, { clock: Date.now })
say({ kind: 'ready' })
let verdicts: Verdict[][] = Array.from({ length: ASSETS }, () => Array.from({ length: CHECKS }, () => 'pass'))
for (let round = 0; ; round++) {
  // Every other round says again what the one before said.
  if (round % 2 === 0) {
    verdicts = verdicts.map((each) =>
      each.map((verdict) => (below(3) === 0 ? (VERDICTS[below(5)] as Verdict) : verdict)),
    )
  }
  const work: Promise<void>[] = verdicts.map((each, asset) => commit(asset, each))
  if (below(12) === 0) work.push(prune())
  if (below(20) === 0) work.push(backUp())
  await Promise.all(work)
}

async function commit(asset: number, of: readonly Verdict[]): Promise<void> {
  const report = toReport(asset, of)
  const batch = describeBatch(report, { digest })
  const { entries } = await store.commit(report.asset, (state) => diffReport(state, report, { batch, tagOf }), batch)
  const written = entries.map(({ sequence, hash }) => [sequence, hash] as const)
  say({ kind: 'committed', asset: report.asset.uuid, seenAt: report.observedAt, written })
}

async function prune(): Promise<void> {
  const before = Date.now() - 100
  const { payloads } = await pruneLedger(store, before, { clock: Date.now, chunk: 40 })
  say({ kind: 'pruned', payloads })
}

async function backUp(): Promise<void> {
  const { file, head } = await backUpState(path, { now: Date.now(), keep: 2 })
  say({ kind: 'backed up', file, sequence: head.sequence })
}

function toReport(asset: number, of: readonly Verdict[]): AssetReport {
  const checks = of.map((verdict, n): ReportedCheck => {
    const body = JSON.stringify({ check: `check-${n}` })
    return {
      id: `check-${n}`,
      title: `Check ${n}`,
      severity: 'high',
      formerly: [],
      version: 'v1',
      definition: { digest: digest(body), body },
      period: 3600,
      verdict,
      reason: verdict === 'pass' ? null : 'it is not as it should be',
      evidence: [{ verdict, found: { value: below(1000) } }],
      evidenceTotal: 1,
    }
  })
  const facts = { name: `machine-${asset}`, platform: 'linux', os: 'Debian', osquery: '5.12.1' }
  return {
    asset: { uuid: `00000000-0000-4000-8000-${String(asset).padStart(12, '0')}`, ...facts },
    source: { kind: 'socket', version: '5.12.1', preview: false, reportsUnreadable: false },
    observedAt: Date.now(),
    checks,
    expected: null,
  }
}
