import { beforeAll, describe, expect, it } from 'vitest'
import { BUILT_IN } from '../../src/app/library.ts'
import { loadLibrary } from '../../src/content/load.ts'
import { resolveParams } from '../../src/content/params.ts'
import { type Check, type CheckTest, type ParamValue, PLATFORMS, type Platform } from '../../src/core/check.ts'
import { settle } from '../../src/core/settle.ts'
import { planBatches } from '../../src/sql/batch.ts'
import { compileCheck } from '../../src/sql/compile.ts'
import { readSchema, tablesOf } from '../../src/sql/schema.ts'
import { SchemaEngine } from '../../src/sql/schema-engine.ts'
import { loadSqlite } from '../../src/sql/sqlite.ts'
import { toStatement } from '../../src/sql/statement.ts'
import { OSQUERY_GATES } from '../../src/sql/table-gates.ts'
import { testGates } from '../../src/sql/test-compiler.ts'
import { tablesOfTest } from '../../src/sql/test-tables.ts'
import { Sqlite342 } from './open-sqlite-342.ts'

const library = loadLibrary([BUILT_IN])
const schema = readSchema()
let old: Sqlite342
let engines: Record<Platform, SchemaEngine>

beforeAll(async () => {
  old = await Sqlite342.load()
  const sqlite = await loadSqlite()
  const open = (platform: Platform) => new SchemaEngine(sqlite, platform, tablesOf(schema, platform))
  engines = { darwin: open('darwin'), linux: open('linux'), windows: open('windows') }
})

/** A test whose tables cannot be read has no counterpart among plain tables. */
function isPlain({ errors }: CheckTest): boolean {
  return Object.keys(errors).length === 0
}

function paramsFor(check: Check, { params }: CheckTest): Readonly<Record<string, ParamValue>> {
  const answer = resolveParams(check.params, params)
  if ('problems' in answer) throw new Error(JSON.stringify(answer.problems))
  return answer.values
}

describe("the library on osquery's own SQLite 3.42.0", () => {
  it('is there', () => {
    expect(library.diagnostics.filter(({ level }) => level === 'error')).toEqual([])
    expect(library.checks.length).toBeGreaterThanOrEqual(16)
  })

  for (const check of library.checks) {
    for (const test of check.tests.filter(isPlain)) {
      it(`${check.id} on ${test.platform}: ${test.name} → ${test.verdict}`, () => {
        const engine = engines[test.platform]
        const options = { templates: library.templates, values: paramsFor(check, test), ...testGates(test) }
        const compiled = compileCheck(check, engine, options)
        const statement = toStatement(settle(compiled, tablesOfTest(compiled, test, engine)))
        expect(old.ask(statement, engine.tables, test.given, test.now)).toBe(test.verdict)
      })
    }
  }

  it.each(PLATFORMS)('answers the whole library in batches on %s', (platform) => {
    const engine = engines[platform]
    const members = library.checks
      .filter((check) => check.platforms[platform] !== undefined)
      .flatMap((check, index) => {
        const values = Object.fromEntries(
          Object.entries(check.params).flatMap(([name, spec]) =>
            spec.default === undefined ? [] : [[name, spec.default]],
          ),
        )
        const compiled = compileCheck(check, engine, { templates: library.templates, values, ...OSQUERY_GATES })
        return compiled.leaves.map((leaf) => ({ check: index, leaf }))
      })
    for (const { sql } of planBatches(members)) {
      // With every table empty, each leaf stops at a gate; that it can be asked at all is what matters here.
      expect(JSON.parse(String(old.ask(sql, engine.tables, {})))).toBeTypeOf('object')
    }
  })
})
