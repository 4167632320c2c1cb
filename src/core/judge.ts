import type { CompiledCheck, Leaf, Tree } from './compiled.ts'
import { combineAll, combineAny, isVerdict, negate, VERDICTS, type Verdict, WORST_FIRST } from './verdict.ts'

/** Raised when a verdict would come out differently for the same rows; part of every check's version. */
export const JUDGING_RULE = 1

/** What is said of a check whose `when` has no reason of its own. */
export const INAPPLICABLE = 'it does not apply here'

/** What a source answered for one leaf: its JSON text, or why there is none. */
export type Observation = { readonly answer: string } | { readonly error: string }

export type EvidenceValue = string | number | boolean | null
export type EvidenceRow = Readonly<Record<string, EvidenceValue>>

/** One judged row, as shown to people. */
export interface JudgedRow {
  readonly verdict: Verdict
  readonly resource?: string
  readonly reason?: string
  readonly evidence: EvidenceRow
}

export interface LeafJudgement {
  readonly path: string
  readonly title: string
  readonly expected?: string
  readonly verdict: Verdict
  /** A sentence: why it is not a pass. */
  readonly reason?: string
  /** Rows that were judged. */
  readonly total: number
  /** Of these, the rows that neither pass nor do not apply. */
  readonly notPassing: number
  /** The worst rows first; where some did not pass, only those. */
  readonly rows: readonly JudgedRow[]
}

export interface Judgement {
  readonly verdict: Verdict
  /** Why it is not a pass: a sentence per clause that decided, those with the same reason in one; none for a pass. */
  readonly reasons: readonly string[]
  readonly leaves: readonly LeafJudgement[]
}

/** The JSON that a leaf's query answers: the gate that stopped it, or tallies and the first rows. */
interface LeafAnswer {
  readonly gate?: number
  readonly tally?: Readonly<Partial<Record<Verdict, number>>>
  readonly rows?: readonly AnswerRow[]
}

interface AnswerRow {
  readonly verdict: Verdict
  readonly resource?: EvidenceValue
  readonly reason?: EvidenceValue
  readonly judged: EvidenceValue
  readonly evidence: EvidenceRow
}

/** Judges a check from what a source answered for each of its leaves, in their order. */
export function judge(compiled: CompiledCheck, observations: readonly Observation[]): Judgement {
  const leaves = compiled.leaves.map((leaf, index) => judgeLeaf(leaf, observations[index] ?? NOT_ASKED))
  const verdict = combineTree(compiled.tree, (index) => leaves[index]?.verdict ?? 'error')
  return { verdict, reasons: verdict === 'pass' ? [] : explain(compiled.tree, verdict, leaves), leaves }
}

const NOT_ASKED: Observation = { error: 'the source gave no answer' }

/** The verdict of a tree whose leaves have these verdicts. */
export function combineTree(tree: Tree, verdictOf: (leaf: number) => Verdict): Verdict {
  if (typeof tree === 'number') return verdictOf(tree)
  if ('not' in tree) return negate(combineTree(tree.not, verdictOf))
  // A check is settled before it is asked; one that is not is judged as if every table were there.
  if ('first' in tree) return combineTree(tree.first[0] as Tree, verdictOf)
  if ('all' in tree) return combineAll(tree.all.map((part) => combineTree(part, verdictOf)))
  return combineAny(tree.any.map((part) => combineTree(part, verdictOf)))
}

export function judgeLeaf(leaf: Leaf, observation: Observation): LeafJudgement {
  const named = {
    path: leaf.path,
    title: leaf.title,
    ...(leaf.expected === undefined ? {} : { expected: leaf.expected }),
  }
  const unseen = (reason: string): LeafJudgement => ({
    ...named,
    verdict: 'error',
    reason,
    total: 0,
    notPassing: 0,
    rows: [],
  })
  if ('error' in observation) return unseen(observation.error)
  const answer = parseAnswer(observation.answer)
  if (typeof answer === 'string') return unseen(answer)
  if (answer.gate !== undefined) {
    const gate = leaf.gates[answer.gate]
    if (gate?.kind === 'when')
      return { ...named, verdict: 'not_applicable', reason: gate.reason, total: 0, notPassing: 0, rows: [] }
    return unseen(gate?.reason ?? `the answer names gate ${answer.gate}, which the check does not have`)
  }
  const tally = answer.tally ?? {}
  const total = Object.values(tally).reduce((sum, count) => sum + count, 0)
  const verdict = judgeTally(leaf, tally, total)
  const rows = (answer.rows ?? []).map((row) => judgedRow(row, leaf.expected))
  const shown = verdict === 'pass' ? rows : rows.filter((row) => row.verdict !== 'pass')
  const notPassing = total - (tally.pass ?? 0) - (tally.not_applicable ?? 0)
  const reason = verdict === 'pass' ? undefined : leafReason(leaf, notPassing, total, shown)
  return { ...named, verdict, ...(reason === undefined ? {} : { reason }), total, notPassing, rows: shown }
}

function judgeTally(leaf: Leaf, tally: Readonly<Partial<Record<Verdict, number>>>, total: number): Verdict {
  if (total === 0) return leaf.ifEmpty
  const present = WORST_FIRST.filter((verdict) => (tally[verdict] ?? 0) > 0)
  return leaf.rule === 'any' ? combineAny(present) : combineAll(present)
}

function parseAnswer(text: string): LeafAnswer | string {
  try {
    const answer: unknown = JSON.parse(text)
    if (isLeafAnswer(answer)) return answer
  } catch {}
  return `the source's answer was not understood: ${text.slice(0, 100) || 'it is empty'}`
}

// Whatever is not quite our own query's answer must not be taken for one without rows.
function isLeafAnswer(answer: unknown): answer is LeafAnswer {
  if (!isObject(answer)) return false
  if (answer.gate !== undefined) return typeof answer.gate === 'number'
  const { tally, rows } = answer
  return (
    isObject(tally) &&
    VERDICTS.every((verdict) => Number.isInteger(tally[verdict]) && Number(tally[verdict]) >= 0) &&
    Array.isArray(rows) &&
    rows.every((row) => isObject(row) && isObject(row.evidence))
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function judgedRow(
  { verdict, resource, reason, judged, evidence }: AnswerRow,
  expected: string | undefined,
): JudgedRow {
  const known = isVerdict(verdict) ? verdict : 'error'
  const said = reason ?? (known === 'error' ? unclear(judged, expected) : undefined)
  return {
    verdict: known,
    ...(isBlank(resource) ? {} : { resource: String(resource) }),
    ...(isBlank(said) ? {} : { reason: String(said) }),
    evidence,
  }
}

function unclear(judged: EvidenceValue, expected: string | undefined): string | undefined {
  if (judged === 'error') return undefined
  // A condition's NULL is ours: its author wrote no SQL.
  if (judged === null && expected !== undefined) {
    return `it cannot be told whether it is as expected (${expected}): a value is missing, or of another kind`
  }
  const found = judged === null ? 'NULL' : judged === '' ? 'empty text' : `'${judged}'`
  return `the column that judges the row is ${found}: neither a number nor true or false`
}

function isBlank(value: EvidenceValue | undefined): boolean {
  return value === undefined || value === null || value === ''
}

function leafReason(leaf: Leaf, notPassing: number, total: number, rows: readonly JudgedRow[]): string {
  if (total === 0) return leaf.expected ? `no row: expected ${leaf.expected}` : 'the query found no row'
  const said = rows.find(({ reason }) => reason !== undefined)
  if (said?.reason) return said.resource ? `${said.resource}: ${said.reason}` : said.reason
  if (leaf.expected) return `expected ${leaf.expected}`
  return total === 1 ? 'the row does not pass' : `${notPassing} of ${total} rows do not pass`
}

const NOT_MEANT: Partial<Record<Verdict, string>> = { fail: 'this holds, and must not' }

/** The reasons of the leaves that decided the verdict; leaves that say the same are named together. */
function explain(tree: Tree, verdict: Verdict, leaves: readonly LeafJudgement[]): string[] {
  const titles = new Map<string, string[]>()
  for (const index of decidingLeaves(tree, verdict, (at) => leaves[at]?.verdict ?? 'error')) {
    const { reason, title } = leaves[index] as LeafJudgement
    // A clause that passes has no reason of its own; under `not` it is what is wrong.
    const said = reason ?? NOT_MEANT[verdict] ?? verdict.replace('_', ' ')
    // That a clause does not apply needs no saying beside one that tells why.
    if (said === INAPPLICABLE) continue
    titles.set(said, [...(titles.get(said) ?? []), title])
  }
  if (titles.size === 0 && verdict === 'not_applicable') return [INAPPLICABLE]
  // What every clause says is said of the check.
  const named = [...titles.values()].flat()
  if (titles.size === 1 && named.length === leaves.length) return [...titles.keys()]
  // A title says what holds when the clause passes; unquoted, beside an error, it would read as a finding.
  const quote = (title: string) => (verdict === 'error' ? `"${title}"` : title)
  return [...titles].map(([reason, those]) => `${[...new Set(those)].map(quote).join(', ')}: ${reason}`)
}

/** The leaves through which the tree came to its verdict. */
export function decidingLeaves(tree: Tree, verdict: Verdict, verdictOf: (leaf: number) => Verdict): number[] {
  if (typeof tree === 'number') return verdictOf(tree) === verdict ? [tree] : []
  if ('not' in tree) return decidingLeaves(tree.not, negate(verdict), verdictOf)
  if ('first' in tree) return decidingLeaves(tree.first[0] as Tree, verdict, verdictOf)
  const parts = 'all' in tree ? tree.all : tree.any
  const deciding = parts.filter((part) => combineTree(part, verdictOf) === verdict)
  return deciding.flatMap((part) => decidingLeaves(part, verdict, verdictOf))
}
