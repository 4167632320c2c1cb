import { significantTokens } from './tokenizer.ts'

// What osquery's SQLite 3.42.0 offers, against the newer SQLite that we run. From sqlite.org's release notes and
// osquery's build (its CMakeLists turns on soundex, and leaves out the math functions and full-text search).
const FUNCTIONS = `
  abs changes char coalesce format glob hex ifnull iif instr last_insert_rowid length like likelihood likely lower
  ltrim max min nullif printf quote random randomblob replace round rtrim sign soundex sqlite_compileoption_get
  sqlite_compileoption_used sqlite_source_id sqlite_version substr substring subtype total_changes trim typeof unhex
  unicode unlikely upper zeroblob
  date time datetime julianday unixepoch strftime current_date current_time current_timestamp
  avg count group_concat sum total row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value
  last_value nth_value
  json json_array json_array_length json_error_position json_extract -> ->> json_insert json_object json_patch
  json_remove json_replace json_set json_type json_valid json_quote json_group_array json_group_object json_each
  json_tree match
`
  .trim()
  .split(/\s+/)

/** The functions that plain SQLite 3.42 has, in lower case. */
export const CORE_FUNCTIONS: ReadonlySet<string> = new Set(FUNCTIONS)

/** The pragmas that osquery's authorizer lets through. */
export const ALLOWED_PRAGMAS: ReadonlySet<string> = new Set([
  'table_info',
  'table_xinfo',
  'function_list',
  'collation_list',
  'journal_mode',
  'case_sensitive_like',
])

/** Arguments that a function of 3.42 needs at least, where newer releases accept fewer. */
const LEAST_ARGUMENTS: Readonly<Record<string, number>> = { iif: 3 }

/** Date modifiers and formats that came after 3.42; unlike the modifiers, formats mind their case (%f is old). */
const NEWER_DATE_MODIFIER = /^'(?:ceiling|floor)'$/i
const NEWER_DATE_FORMAT = /%[eFGgIklpPRTuUV]/
const DATE_FUNCTIONS: readonly string[] = ['date', 'time', 'datetime', 'julianday', 'unixepoch', 'strftime']

// Words before a parenthesis that do not make it a function call.
const NO_CALL =
  /^(?:over|as|in|and|or|not|on|when|then|else|values|from|join|select|where|by|exists|filter|materialized|using|partition|case|having|limit|union|all|except|intersect|is|like|glob|between)$/

/**
 * Syntax that our SQLite accepts and 3.42 does not, in words; functions are told apart when a statement is prepared.
 */
export function findNewerSyntax(sql: string): string[] {
  const tokens = significantTokens(sql)
  const found: string[] = []
  const open: { call: string | undefined; commas: number; select: boolean; empty: boolean }[] = []
  tokens.forEach(({ kind, text }, index) => {
    const word = kind === 'word' ? text.toLowerCase() : ''
    const inner = open.at(-1)
    if (inner && text !== ')') inner.empty = false
    if (kind === 'number' && text.includes('_')) found.push(`the number ${text}: digits may not be grouped with _`)
    if (text === '(') {
      const before = tokens[index - 1]
      const name = before?.kind === 'word' ? before.text.toLowerCase() : ''
      open.push({ call: name && !NO_CALL.test(name) ? name : undefined, commas: 0, select: false, empty: true })
    } else if (text === ')') {
      const closed = open.pop()
      const least = LEAST_ARGUMENTS[closed?.call ?? ''] ?? 0
      if (closed && !closed.empty && closed.commas + 1 < least) {
        found.push(`${closed.call}() with ${closed.commas + 1} arguments: it needs ${least}`)
      }
    } else if (inner) {
      if (text === ',') inner.commas++
      if (word === 'select') inner.select = true
      if (word === 'order' && inner.call && !inner.select) found.push(`ORDER BY inside ${inner.call}(…)`)
      const isNewer = NEWER_DATE_MODIFIER.test(text) || NEWER_DATE_FORMAT.test(text)
      if (kind === 'string' && DATE_FUNCTIONS.includes(inner.call ?? '') && isNewer) {
        found.push(`${text} in ${inner.call}()`)
      }
    }
  })
  return found
}
