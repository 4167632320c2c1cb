import type { Batch, BatchMember } from '../core/assess.ts'
import { toIdentifier } from './literal.ts'

/** Bounds of one statement: a culprit is found by halving, and an agent bans a whole statement at once. */
export const BATCH_LEAVES = 50
const BATCH_BYTES = 256 * 1024

interface OpenBatch {
  readonly members: BatchMember[]
  /** Tables that are read once for all members, with the columns they need. */
  readonly shared: Map<string, Set<string>>
  /** Tables that some member must read by itself, so that no copy may stand in for them. */
  readonly raw: Set<string>
  bytes: number
}

/** Puts leaves into as few statements as their tables allow: each leaf into the first one where it fits. */
export function planBatches(
  members: readonly BatchMember[],
  limits: { leaves: number; bytes: number } = { leaves: BATCH_LEAVES, bytes: BATCH_BYTES },
): Batch[] {
  const open: OpenBatch[] = []
  for (const member of members) {
    const { sql } = member.leaf
    const fits = open.find(
      (batch) =>
        batch.members.length < limits.leaves && batch.bytes + sql.length <= limits.bytes && isCompatible(batch, member),
    )
    const batch: OpenBatch = fits ?? { members: [], shared: new Map(), raw: new Set(), bytes: 0 }
    if (!fits) open.push(batch)
    batch.members.push(member)
    batch.bytes += sql.length
    for (const { table, shareable, columns } of member.leaf.tables) {
      if (shareable) batch.shared.set(table, new Set([...(batch.shared.get(table) ?? []), ...columns]))
      else batch.raw.add(table)
    }
  }
  return open.map(({ members, shared }) => ({ members, sql: toBatchSql(members, shared) }))
}

function isCompatible({ shared, raw }: OpenBatch, { leaf }: BatchMember): boolean {
  return leaf.tables.every(({ table, shareable }) => (shareable ? !raw.has(table) : !shared.has(table)))
}

/**
 * One row, a column per leaf. A table that leaves scan whole is read once, through a CTE of its own name in front:
 * without it SQLite scans for every leaf, and a UNION ALL of them is slower still.
 */
function toBatchSql(members: readonly BatchMember[], shared: ReadonlyMap<string, ReadonlySet<string>>): string {
  const copies = [...shared].map(([table, columns]) => {
    const read = columns.size > 0 ? [...columns].map(toIdentifier).join(', ') : '1 AS k_any'
    return `${toIdentifier(table)} AS MATERIALIZED (SELECT ${read} FROM temp.${toIdentifier(table)})`
  })
  const columns = members.map(({ leaf }, index) => `(\n${leaf.sql}\n) AS c${index}`)
  return `${copies.length > 0 ? `WITH ${copies.join(',\n')}\n` : ''}SELECT ${columns.join(',\n')}`
}
