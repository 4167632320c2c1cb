import type { Evidence } from './report.ts'
import { shortenText } from './shorten-text.ts'

/** Characters of JSON that one check's evidence may take in the ledger. Compiled checks bound theirs in SQL already. */
export const EVIDENCE_LIMIT = 32_768
const TEXT_LIMIT = 2_000

/** The first rows that fit, each of their values cut to a bearable length; the total tells how many there were. */
export function limitEvidence(evidence: readonly Evidence[]): readonly Evidence[] {
  const kept: Evidence[] = []
  let room = EVIDENCE_LIMIT
  for (const row of evidence) {
    let text = JSON.stringify(row)
    let fitting = row
    if (text.length > room) {
      fitting = cutRow(row)
      text = JSON.stringify(fitting)
    }
    if (text.length > room) break
    room -= text.length
    kept.push(fitting)
  }
  return kept
}

function cutRow({ found, ...row }: Evidence): Evidence {
  const cut = <Value>(value: Value): Value | string =>
    typeof value === 'string' ? shortenText(value, TEXT_LIMIT) : value
  const entries = Object.entries(found).map(([key, value]) => [key, cut(value)])
  const words = Object.fromEntries(Object.entries(row).map(([key, value]) => [key, cut(value)]))
  return { ...(words as Omit<Evidence, 'found'>), found: Object.fromEntries(entries) }
}
