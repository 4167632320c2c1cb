import type { Database } from 'better-sqlite3'
import { ProblemList } from './problem-list.ts'
import { type AssetRun, describeNumber, MOST_PROBLEMS } from './verify-segment.ts'

/**
 * Verifies what points into the ledger: the entry of each check's state is there with its payload, each asset's first
 * report is there, and each asset has as many entries as it counts. `parts` are the assets' entries as the ledger has
 * them, part after part.
 */
export function verifyReferences(db: Database, head: number, parts: readonly ReadonlyMap<number, AssetRun>[]) {
  const problems = new ProblemList(MOST_PROBLEMS)
  const lost = db.prepare<[number], number>('SELECT sequence FROM payload WHERE sequence > ?').pluck()
  for (const sequence of lost.iterate(head)) problems.add(sequence, 'there is a payload, but no entry')
  const states = db.prepare<[], { name: string; entry: number; owner: number | null }>(
    `SELECT coalesce(n.name, '') AS name, s.entry, e.asset AS owner
 FROM check_state s LEFT JOIN entry e ON e.sequence = s.entry LEFT JOIN check_name n ON n.id = s.check_id
 WHERE e.asset IS NOT s.asset OR NOT EXISTS (SELECT 1 FROM payload p WHERE p.sequence = s.entry)`,
  )
  for (const { name, entry, owner } of states.iterate()) {
    const why = owner === null ? 'is missing' : 'is without its payload, or of another asset'
    problems.add(entry, `what is known of ${name} refers to this entry, which ${why}`)
  }
  const baselines = db
    .prepare<[], number>(
      `SELECT a.baseline FROM asset a LEFT JOIN entry e ON e.sequence = a.baseline
 LEFT JOIN action_name n ON n.id = e.action
 WHERE a.baseline IS NOT NULL AND (e.asset IS NOT a.id OR n.name IS NOT 'ASSET_BASELINE')`,
    )
    .pluck()
  for (const sequence of baselines.iterate()) {
    problems.add(sequence, 'an asset refers to this entry as its first report, which it is not')
  }
  verifyCounts(db, parts, problems)
  return problems
}

function verifyCounts(db: Database, parts: readonly ReadonlyMap<number, AssetRun>[], problems: ProblemList): void {
  const last = new Map<number, number>()
  for (const runs of parts) {
    for (const [asset, run] of runs) {
      const before = last.get(asset) ?? 0
      if (run.first !== before + 1) problems.add(run.entry, describeNumber(run.first, before))
      last.set(asset, run.last)
    }
  }
  const assets = db.prepare<[], [number, number]>('SELECT id, sequence FROM asset').raw()
  for (const [id, sequence] of assets.iterate()) {
    const found = last.get(id) ?? 0
    if (found !== sequence)
      problems.add(null, `asset ${id} counts ${sequence} entries, and its last is number ${found}`)
    last.delete(id)
  }
  for (const asset of last.keys()) problems.add(null, `there are entries of asset ${asset}, which there is not`)
}
