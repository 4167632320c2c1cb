import type { Config } from '../config.ts'
import type { Check, CheckTest, Diagnostic, Library, Platform } from '../core/check.ts'
import type { CompiledCheck } from '../core/compiled.ts'
import { settle } from '../core/settle.ts'
import { CompileError, compileCheck } from '../sql/compile.ts'
import type { ParamValues } from '../sql/expand.ts'
import { type LintOptions, lintCheck, lintTemplate } from '../sql/lint.ts'
import { tablesEverywhere } from '../sql/lint-reach.ts'
import { runTest, type TestOutcome } from '../sql/run-test.ts'
import { type PlatformTable, readSchema, tablesOf } from '../sql/schema.ts'
import { SchemaEngine } from '../sql/schema-engine.ts'
import { loadSqlite } from '../sql/sqlite.ts'
import { toStatement } from '../sql/statement.ts'
import { type GateOptions, OSQUERY_GATES } from '../sql/table-gates.ts'
import { TestCompiler } from '../sql/test-compiler.ts'
import { ContentError } from './library.ts'
import { MissingParamError, paramsOf } from './params.ts'
import { templatesUsed } from './templates-used.ts'

/** What works on checks without a host: compiling, linting, testing. */
export interface Workbench {
  compile(check: Check, platform: Platform, gates?: GateOptions): CompiledCheck
  /** One self-contained statement, to be pasted into osqueryi. */
  statement(check: Check, platform: Platform): string
  lint(check: Check): Diagnostic[]
  /** A template that a check uses is linted as part of it. */
  lintUnusedTemplates(): Diagnostic[]
  test(check: Check, test: CheckTest): TestOutcome
  /** Tables of a platform, by name, with what brought each: an osquery release, or our extension. */
  tables(platform: Platform): ReadonlyMap<string, Pick<PlatformTable, 'since' | 'extension'>>
}

/** SQLite over the schema: one engine per platform, made when first needed. */
export async function openEngines(): Promise<(platform: Platform) => SchemaEngine> {
  const sqlite = await loadSqlite()
  const schema = readSchema()
  const engines = new Map<Platform, SchemaEngine>()
  return (platform) => {
    const known = engines.get(platform) ?? new SchemaEngine(sqlite, platform, tablesOf(schema, platform))
    engines.set(platform, known)
    return known
  }
}

/** Opens the workbench over these engines. */
export async function openWorkbench(config: Config, { checks, templates }: Library): Promise<Workbench> {
  const { osqueryVersion, extension, effects } = config
  const engineOf = await openEngines()
  const lintOptions = { engineOf, templates, osqueryVersion, extension, effects }
  const compiler = new TestCompiler(templates)
  const compile: Workbench['compile'] = (check, platform, gates = OSQUERY_GATES) => {
    try {
      return compileCheck(check, engineOf(platform), { templates, values: paramsOf(check, config), ...gates })
    } catch (error) {
      throw error instanceof CompileError ? new ContentError([toDiagnostic(error, check, platform)]) : error
    }
  }
  return {
    compile,
    statement: (check, platform) =>
      toStatement(settle(compile(check, platform), tablesEverywhere(engineOf(platform), config))),
    lint: (check) => lintWith(check, { ...lintOptions, testValues: (test) => testValuesOf(check, test) }, config),
    lintUnusedTemplates: () => {
      const used = new Set(checks.flatMap((check) => [...templatesUsed(check, templates)]))
      const unused = [...templates.values()].filter(({ name }) => !used.has(name))
      return unused.flatMap((template) => lintTemplate(template, lintOptions))
    },
    test: (check, test) =>
      runTest(check, test, engineOf(test.platform), { values: testValuesOf(check, test), compiler }),
    tables: (platform) => engineOf(platform).tables,
  }
}

/** A parameter that nobody has set is a finding, like any other. */
function lintWith(check: Check, options: Omit<LintOptions, 'values'>, config: Config): Diagnostic[] {
  try {
    return lintCheck(check, { ...options, values: paramsOf(check, config) })
  } catch (error) {
    if (!(error instanceof MissingParamError)) throw error
    const { code, message, hint } = error
    return [{ level: 'error', code, message, ...(hint ? { hint } : {}), place: check.place, check: check.id }]
  }
}

// A test says itself which parameters it runs with; a machine's configuration must not change its outcome.
function testValuesOf(check: Check, test: CheckTest): ParamValues {
  return paramsOf(check, { params: {}, textParams: {}, file: undefined }, test.params)
}

function toDiagnostic({ code, message, hint, place }: CompileError, check: Check, platform: Platform): Diagnostic {
  return { level: 'error', code, message, ...(hint ? { hint } : {}), place, check: check.id, platform }
}
