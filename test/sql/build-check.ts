import type { Check, CheckTest, Clause, ParamValue, Place, Platform, Template } from '../../src/core/check.ts'
import type { CompiledCheck } from '../../src/core/compiled.ts'
import type { Judgement } from '../../src/core/judge.ts'
import type { Source, SourceInfo } from '../../src/core/source.ts'
import { renderRows } from '../../src/host/render-rows.ts'
import { type CompileOptions, compileCheck } from '../../src/sql/compile.ts'
import { Engine } from '../../src/sql/engine.ts'
import { osqueryCollations, osqueryFunctions } from '../../src/sql/functions/index.ts'
import { judgeOver } from '../../src/sql/run-test.ts'
import { readSchema, tablesOf } from '../../src/sql/schema.ts'
import { type Fixture, SchemaEngine } from '../../src/sql/schema-engine.ts'
import { loadSqlite, type Sqlite } from '../../src/sql/sqlite.ts'
import type { TableRow, VirtualTable } from '../../src/sql/table.ts'

export const PLACE: Place = { file: 'checks/it.yaml', line: 1, column: 1 }
export const sqlite: Sqlite = await loadSqlite()
const schema = readSchema()

/** osquery's tables of each platform, made once per test file. */
export const engines = {
  darwin: new SchemaEngine(sqlite, 'darwin', tablesOf(schema, 'darwin')),
  linux: new SchemaEngine(sqlite, 'linux', tablesOf(schema, 'linux')),
  windows: new SchemaEngine(sqlite, 'windows', tablesOf(schema, 'windows')),
} as const

/** A clause as written, without its place. */
export type Written = Omit<Partial<Clause>, 'all' | 'any' | 'first' | 'not'> & {
  readonly all?: readonly Written[]
  readonly any?: readonly Written[]
  readonly first?: readonly Written[]
  readonly not?: Written
}

export function buildClause({ all, any, first, not, ...rest }: Written): Clause {
  return {
    place: PLACE,
    ...rest,
    ...(all && { all: all.map(buildClause) }),
    ...(any && { any: any.map(buildClause) }),
    ...(first && { first: first.map(buildClause) }),
    ...(not && { not: buildClause(not) }),
  }
}

/** A check of one clause; a text is its SQL. */
export function buildCheck(written: Written | string, platform: Platform = 'linux', more: Partial<Check> = {}): Check {
  const clause = buildClause(typeof written === 'string' ? { sql: written } : written)
  return {
    id: 'it-holds',
    title: 'It holds',
    severity: 'low',
    tags: [],
    params: {},
    effects: [],
    formerly: [],
    document: '',
    platforms: { [platform]: clause },
    tests: [],
    place: PLACE,
    ...more,
  }
}

export function buildTest(verdict: CheckTest['verdict'], more: Partial<CheckTest> = {}): CheckTest {
  return {
    name: verdict,
    platform: 'linux',
    given: {},
    errors: {},
    root: true,
    consoleUser: true,
    params: {},
    verdict,
    place: PLACE,
    ...more,
  }
}

export function buildTemplate(name: string, clause: Written, params: Template['params'] = {}): [string, Template] {
  const body = buildClause(clause)
  return [name, { name, params, platforms: { darwin: body, linux: body, windows: body }, place: PLACE }]
}

interface Settings extends Partial<CompileOptions> {
  readonly platform?: Platform
  readonly check?: Partial<Check>
  readonly values?: Readonly<Record<string, ParamValue>>
}

export function compile(written: Written | string, { platform = 'linux', check, ...options }: Settings = {}) {
  return compileCheck(buildCheck(written, platform, check), engines[platform], {
    templates: new Map(),
    values: {},
    proof: 'rows',
    ...options,
  })
}

export type Given = Readonly<Record<string, readonly Readonly<Record<string, string | number | null>>[]>>

export function toFixture(given: Given, errors: Readonly<Record<string, string>> = {}): Fixture {
  return { rows: new Map(Object.entries(given)), errors: new Map(Object.entries(errors)), others: 'empty' }
}

/** Compiles and judges over given rows; other tables are empty. */
export function judgeRows(written: Written | string, given: Given = {}, settings: Settings = {}): Judgement {
  const compiled = compile(written, settings)
  return judgeOver(compiled, engines[settings.platform ?? 'linux'], toFixture(given))
}

/** An engine with osquery's functions over these tables. */
export function openEngine(tables: readonly VirtualTable[] = []): Engine {
  return new Engine(sqlite, { tables, functions: osqueryFunctions, collations: osqueryCollations })
}

/** osquery's tables of a platform over given rows, as an engine that counts scans. */
export function openRowsEngine(given: Readonly<Record<string, readonly TableRow[]>>, platform: Platform = 'linux') {
  const tables = [...engines[platform].tables.values()].map(({ name, columns }) => ({
    name,
    columns,
    generate: () => given[name] ?? [],
  }))
  return openEngine(tables)
}

const INFO: SourceInfo = { kind: 'embedded', version: '5.23.1', preview: true, reportsUnreadable: true }

/** A source that answers from an engine, after `refuse` had its chance to throw. */
export function toSource(
  engine: Engine,
  refuse: (sql: string) => void = () => {},
): Source & { readonly sent: string[] } {
  const sent: string[] = []
  return {
    info: INFO,
    sent,
    query: async (sql) => {
      sent.push(sql)
      refuse(sql)
      return renderRows(engine.query(sql))
    },
    close: async () => engine.close(),
  }
}

/** The observations of a compiled check, leaf by leaf. */
export function askEachLeaf({ leaves }: CompiledCheck, engine: Engine) {
  return leaves.map(({ sql }) => ({ answer: String(engine.query(sql).rows[0]?.[0]) }))
}
