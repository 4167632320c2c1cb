import type { VerifiedArchive, VerifiedLedger } from '../app.ts'

type Problems = Pick<VerifiedLedger, 'problems' | 'problemCount'>

/** What a verification of the ledger found, in lines for people. */
export function describeLedger({ entries, head, pruned, checkpoint, sameKey, ...found }: VerifiedLedger): string[] {
  const facts = [
    `${countEntries(entries)} of ledger ${head.ledger}`,
    `the last one is ${head.sequence}, ${head.hash}`,
    ...describePruned(pruned),
    ...(checkpoint ? [`compared with the checkpoint of ${checkpoint.time}, at entry ${checkpoint.sequence}`] : []),
    ...(sameKey === false ? ['that was signed with another key than this state has now'] : []),
  ]
  return conclude(found, facts, 'nothing was changed since it was recorded')
}

/** What a verification of an archive found, in lines for people. */
export function describeArchive({ header, entries, pruned, compared, ...found }: VerifiedArchive): string[] {
  const facts = [
    `${countEntries(entries)} of ledger ${header.ledger}, from ${header.from} to ${header.through}`,
    ...describePruned(pruned),
    compared
      ? 'compared with the ledger it was taken from'
      : 'the ledger it was taken from is not here to compare it with',
  ]
  return conclude(found, facts, 'the archive is whole')
}

function countEntries(entries: number): string {
  return `${entries} ${entries === 1 ? 'entry' : 'entries'}`
}

function describePruned(pruned: number): string[] {
  return pruned === 0 ? [] : [`of ${pruned} only the place in the chain is left: they were pruned or erased`]
}

function conclude({ problems, problemCount }: Problems, facts: readonly string[], sound: string): string[] {
  const list = problems.map(({ sequence, problem }) => (sequence === null ? problem : `entry ${sequence}: ${problem}`))
  const more = problemCount > problems.length ? [`and ${problemCount - problems.length} more`] : []
  const verdict =
    problemCount === 0 ? `Sound: ${sound}` : `NOT SOUND: ${problemCount} ${problemCount === 1 ? 'problem' : 'problems'}`
  return [
    verdict,
    ...[...list, ...more, ...(list.length > 0 ? [''] : []), ...facts].map((line) => (line ? `  ${line}` : '')),
  ]
}
