import type { Cell, Platform } from '../../core/check.ts'
import type { YamlMapping } from '../../formats/yaml.ts'
import { toLiteral } from '../../sql/literal.ts'

export type Row = Readonly<Record<string, Cell>>

/** Asks the machine. */
export interface Probe {
  readonly platform: Platform
  /** The rows of a SELECT; every value as text, NULL as empty text. Rejects with a SourceError. */
  readonly ask: (sql: string) => Promise<readonly Readonly<Record<string, string>>[]>
}

/** A check of what was found, with what its tests need. */
export interface Draft {
  /** The words that its id is made of. */
  readonly words: string
  readonly title: string
  /** What was found, in words. */
  readonly found: string
  readonly clause: YamlMapping
  readonly cases: readonly Case[]
}

export interface Case {
  readonly name: string
  readonly given: Readonly<Record<string, readonly Row[]>>
  readonly verdict: 'pass' | 'fail'
}

export interface DraftOptions {
  /** Of a file, its content too. */
  readonly sha256?: boolean | undefined
  /** Of a package, its version is the least one. */
  readonly atLeast?: boolean | undefined
}

export type DraftKind = (name: string, probe: Probe, options: DraftOptions) => Promise<Draft>

/** Rows of a table where columns have these values. */
export async function askWhere({ ask }: Probe, table: string, where: Row): Promise<Readonly<Record<string, string>>[]> {
  const conditions = Object.entries(where).map(([column, value]) => `"${column}" = ${toLiteral(value)}`)
  return [...(await ask(`SELECT * FROM ${table} WHERE ${conditions.join(' AND ')}`))]
}

/** What a column must be, and a value that it must not be, for a test. */
export interface Expectation {
  readonly column: string
  readonly expect: YamlMapping | Cell
  readonly found: Cell
  readonly otherwise: Cell
}

/** Rows of the table must be there, and be as expected. */
export function expectPresent(table: string, where: Row, expectations: readonly Expectation[], all = true) {
  const found = Object.fromEntries(expectations.map(({ column, found: value }) => [column, value]))
  const row = { ...where, ...found }
  const clause: YamlMapping = {
    table,
    where,
    expect:
      expectations.length === 0
        ? undefined
        : Object.fromEntries(expectations.map(({ column, expect }) => [column, expect])),
    match: all ? undefined : 'any',
  }
  const cases: Case[] = [
    { name: 'as it was found', given: { [table]: [row] }, verdict: 'pass' },
    ...expectations.map(
      ({ column, otherwise }): Case => ({
        name: `another ${column.replaceAll('_', ' ')}`,
        given: { [table]: [{ ...row, [column]: otherwise }] },
        verdict: 'fail',
      }),
    ),
    { name: 'not there', given: { [table]: [another(row, where)] }, verdict: 'fail' },
  ]
  return { clause, cases }
}

/** No row of the table may be as this one. */
export function expectAbsent(table: string, where: YamlMapping, row: Row) {
  const clause: YamlMapping = { table, where, match: 'none' }
  const cases: Case[] = [
    { name: 'as it was found', given: { [table]: [another(row, where)] }, verdict: 'pass' },
    { name: 'there', given: { [table]: [row] }, verdict: 'fail' },
  ]
  return { clause, cases }
}

/** A row about something else. */
function another(row: Row, where: object): Row {
  const [key = ''] = Object.keys(where)
  return { ...row, [key]: change(row[key] ?? null) }
}

/** Another value of the same kind. */
export function change(value: Cell): Cell {
  if (typeof value === 'number') return value + 1
  return typeof value === 'string' && value.startsWith('/') ? '/another' : 'another'
}
