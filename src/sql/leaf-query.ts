import type { Gate } from '../core/compiled.ts'
import { toIdentifier } from './literal.ts'

/** Rows of evidence that travel with a verdict, the bytes they may take together, and the characters of one value. */
export const EVIDENCE_ROWS = 10
export const EVIDENCE_BYTES = 16_384
export const EVIDENCE_TEXT = 500
/** json_object takes 127 arguments in osquery's SQLite, two for each column. */
const EVIDENCE_COLUMNS = 60

/** Columns that mean something to us. */
export const RESERVED: readonly string[] = ['passed', 'verdict', 'resource', 'reason']

export interface LeafQuery {
  readonly select: string
  /** The columns that the select answers, in order. */
  readonly columns: readonly string[]
  /** The columns shown as evidence; all but the reserved ones when absent. */
  readonly evidence: readonly string[] | undefined
  readonly gates: readonly Gate[]
}

/**
 * The scalar query of one leaf. It answers one JSON text, so that types, NULLs and column order survive osquery's
 * text-only wire: `{"gate": n}` when gate n stopped it, otherwise `{"tally": {verdict: rows}, "rows": […]}` with the
 * worst rows first, bounded in number and bytes.
 */
export function toLeafQuery({ select, columns, evidence, gates }: LeafQuery): string {
  const has = (name: string) => columns.includes(name)
  const judged = has('verdict') ? 'verdict' : 'passed'
  const shown = (evidence ?? columns.filter((name) => !RESERVED.includes(name))).slice(0, EVIDENCE_COLUMNS)
  // A row that says nothing else at least says what judged it.
  const telling = shown.length > 0 || has('reason') || has('resource') ? shown : [judged]
  const pairs = telling.map((name) => `'${name.replaceAll("'", "''")}', ${show(name)}`)
  const optional = ['resource', 'reason'].filter(has).map((name) => `'${name}', ${show(name)}, `)
  // Each step is kept in a table of its own: SQLite would otherwise write every expression of the select out again
  // wherever its column is named, some twenty times, which takes several times as long to prepare and to run.
  const main = `WITH k_found AS MATERIALIZED (
${select}
), k_rows AS MATERIALIZED (SELECT k_verdict, json_object('verdict', k_verdict, ${optional.join('')}'judged', ${show(judged)}, 'evidence', json_object(${pairs.join(', ')})) AS k_row
 FROM (SELECT ${judged === 'verdict' ? VERDICT_IN_WORDS : VERDICT_OF_PASSED} AS k_verdict, * FROM k_found))
SELECT json_object('tally', json_object(${TALLY}), 'rows', json_group_array(json(k_row)) FILTER (WHERE k_nth <= ${EVIDENCE_ROWS} AND (k_nth = 1 OR k_bytes <= ${EVIDENCE_BYTES})))
 FROM (SELECT k_verdict, k_row, row_number() OVER k_worst AS k_nth, sum(length(CAST(k_row AS BLOB))) OVER k_worst AS k_bytes
  FROM k_rows
  WINDOW k_worst AS (ORDER BY instr('fail error warn pass not_applicable', k_verdict), k_row ROWS UNBOUNDED PRECEDING))`
  if (gates.length === 0) return main
  const tests = gates.map(
    ({ sql }, index) => ` WHEN NOT EXISTS (SELECT 1 FROM (\n${sql}\n)) THEN json_object('gate', ${index})`,
  )
  return `SELECT CASE\n${tests.join('\n')}\n ELSE (${main})\n END`
}

const TALLY = ['pass', 'warn', 'fail', 'error', 'not_applicable']
  .map((verdict) => `'${verdict}', count(*) FILTER (WHERE k_verdict = '${verdict}')`)
  .join(', ')

const VERDICT_IN_WORDS = `CASE WHEN lower(trim("verdict")) IN ('pass', 'warn', 'fail', 'error', 'not_applicable') THEN lower(trim("verdict")) ELSE 'error' END`

// The wire has only text, so text that is a number (as JSON writes numbers) counts as one.
const VERDICT_OF_PASSED = `CASE typeof("passed")
 WHEN 'integer' THEN iif("passed" <> 0, 'pass', 'fail') WHEN 'real' THEN iif("passed" <> 0, 'pass', 'fail')
 WHEN 'text' THEN CASE WHEN lower(trim("passed")) = 'true' THEN 'pass' WHEN lower(trim("passed")) = 'false' THEN 'fail'
  WHEN json_valid(trim("passed")) AND json_type(trim("passed")) IN ('integer', 'real') THEN iif(CAST(trim("passed") AS REAL) <> 0, 'pass', 'fail')
  ELSE 'error' END
 ELSE 'error' END`

// JSON holds no BLOB and no infinity, its integers are exact only up to 2^53, and one long value must not crowd out the
// others. The length in bytes counts too, since the one in characters ends at the first NUL.
function show(name: string): string {
  const id = toIdentifier(name)
  const long = `length(${id}) > ${EVIDENCE_TEXT} OR length(CAST(${id} AS BLOB)) > ${4 * EVIDENCE_TEXT}`
  return `CASE typeof(${id}) WHEN 'blob' THEN hex(substr(${id}, 1, ${EVIDENCE_TEXT / 2})) WHEN 'integer' THEN iif(${id} BETWEEN -9007199254740991 AND 9007199254740991, ${id}, CAST(${id} AS TEXT)) WHEN 'real' THEN iif(abs(${id}) < 9e999, ${id}, CAST(${id} AS TEXT)) WHEN 'text' THEN iif(${long}, substr(${id}, 1, ${EVIDENCE_TEXT}) || '…', ${id}) ELSE ${id} END`
}
