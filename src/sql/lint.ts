import type { Check, CheckTest, Diagnostic, Effect, Place, Platform, Template } from '../core/check.ts'
import { EFFECTS, type ParamValue, PLATFORMS } from '../core/check.ts'
import type { CompiledCheck, Leaf } from '../core/compiled.ts'
import { CompileError, compileCheck } from './compile.ts'
import { findEffects } from './effects.ts'
import type { Preparation } from './engine.ts'
import type { ParamValues } from './expand.ts'
import type { Finding } from './finding.ts'
import { lintChoices } from './lint-choices.ts'
import { lintReach } from './lint-reach.ts'
import { lintStatement } from './lint-statement.ts'
import type { SchemaEngine } from './schema-engine.ts'
import { findSensitiveEvidence } from './sensitive.ts'
import { OSQUERY_GATES } from './table-gates.ts'
import { findVacuity } from './vacuity.ts'

export interface LintOptions {
  readonly engineOf: (platform: Platform) => SchemaEngine
  readonly templates: ReadonlyMap<string, Template>
  readonly values: ParamValues
  /** The parameters that a test of the check runs with. */
  readonly testValues: (test: CheckTest) => ParamValues
  /** The oldest osquery that the checks must run on, such as 5.0.1. */
  readonly osqueryVersion: string
  /** Whether each of them has our extension. */
  readonly extension: boolean
  /** Effects that the configuration allows. */
  readonly effects: readonly Effect[]
}

/** Everything that is wrong, or looks wrong, with a check's SQL on each of its platforms. */
export function lintCheck(check: Check, options: LintOptions): Diagnostic[] {
  return PLATFORMS.filter((platform) => check.platforms[platform] !== undefined).flatMap((platform) => {
    const place = check.platforms[platform]?.place ?? check.place
    const locate = (finding: Finding, at: Place = place): Diagnostic => ({
      ...finding,
      place: at,
      check: check.id,
      platform,
    })
    return lintPlatform(check, options.engineOf(platform), options, locate)
  })
}

/** The same for a template that no check uses, with values that fit its parameters. */
export function lintTemplate(template: Template, options: Omit<LintOptions, 'values' | 'testValues'>): Diagnostic[] {
  const platforms = Object.fromEntries(
    Object.entries(template.platforms).map(([platform, { place }]) => [
      platform,
      { place, use: template.name, with: sampleValues(template) },
    ]),
  )
  const stand: Check = { ...STAND_IN, id: template.name, title: template.name, platforms, place: template.place }
  const found = lintCheck(stand, { ...options, values: {}, testValues: () => ({}) })
  // A template has no tests of its own, and declares no effects: its checks do.
  return found
    .filter(({ code }) => code !== 'untested' && code !== 'idle-effect')
    .map(({ check: _, ...diagnostic }) => diagnostic)
}

const STAND_IN = {
  severity: 'low',
  tags: [],
  params: {},
  effects: EFFECTS,
  formerly: [],
  tests: [],
  document: '',
} as const

function sampleValues({ params }: Template): Record<string, ParamValue> {
  const samples = { string: 'x', integer: 1, number: 1, boolean: true, duration: 60, list: ['x'] } as const
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, { type, default: fallback, enum: known, items }]) =>
      fallback === undefined ? [[name, known?.[0] ?? (items === 'integer' ? [1] : samples[type])]] : [],
    ),
  )
}

function lintPlatform(
  check: Check,
  engine: SchemaEngine,
  options: LintOptions,
  locate: (finding: Finding, at?: Place) => Diagnostic,
): Diagnostic[] {
  let compiled: CompiledCheck
  try {
    compiled = compileCheck(check, engine, { ...options, ...OSQUERY_GATES })
  } catch (error) {
    if (!(error instanceof CompileError)) throw error
    const { code, message, hint, place } = error
    return [
      locate({ level: 'error', code, message: onPlatform(message, engine, options), ...(hint ? { hint } : {}) }, place),
    ]
  }
  const findings = [
    ...compiled.leaves.flatMap((leaf) => lintLeaf(leaf, engine, options)),
    ...lintReach(compiled, engine, options),
    ...lintChoices(compiled, engine),
    ...findVacuity(compiled, engine, options),
    ...findIdleEffects(compiled, engine),
    ...(check.tests.some(({ platform }) => platform === engine.platform) ? [] : [untested(engine.platform)]),
  ]
  const unique = new Map(findings.map((finding) => [finding.message, finding]))
  return [...unique.values()].map((finding) => locate(finding))
}

function onPlatform(message: string, engine: SchemaEngine, { engineOf }: LintOptions): string {
  const table = /^no table (\S+) on/.exec(message)?.[1]
  const elsewhere = PLATFORMS.filter(
    (platform) => platform !== engine.platform && table && engineOf(platform).tables.has(table),
  )
  return elsewhere.length > 0 ? `${message} (it exists on ${elsewhere.join(' and ')})` : message
}

function lintLeaf(leaf: Leaf, engine: SchemaEngine, options: LintOptions): Finding[] {
  const statements = [leaf.select, ...leaf.gates.map(({ sql }) => sql)]
  const prepared = statements.map((sql) => [sql, engine.prepare(sql)] as const)
  return [
    ...prepared.flatMap(([sql, preparation]) => [
      ...lintStatement(sql, preparation, engine),
      ...findForbiddenEffects(preparation, options),
    ]),
    ...findSensitiveEvidence(leaf, prepared[0]?.[1]),
  ]
}

function findIdleEffects({ check, leaves }: CompiledCheck, engine: SchemaEngine): Finding[] {
  const caused = leaves.flatMap((leaf) =>
    [leaf.select, ...leaf.gates.map(({ sql }) => sql)].flatMap((sql) => findEffects(engine.prepare(sql))),
  )
  return check.effects
    .filter((declared) => !caused.some(({ effect }) => effect === declared))
    .map((effect) => ({
      level: 'warning',
      code: 'idle-effect',
      message: `the check names the effect ${effect}, which nothing in its SQL for ${engine.platform} has`,
      hint: `remove it from effects: until it is allowed, the check is not asked at all`,
    }))
}

function untested(platform: Platform): Finding {
  return {
    level: 'warning',
    code: 'untested',
    message: `no test covers ${platform}`,
    hint: 'add tests for pass, fail and could not be seen',
  }
}

// That a check declares its effects is the compiler's business; whether they are allowed is this configuration's.
function findForbiddenEffects(prepared: Preparation, { effects }: LintOptions): Finding[] {
  return findEffects(prepared)
    .filter(({ effect }) => !effects.includes(effect))
    .map(({ cause, effect }) => ({
      level: 'error',
      code: 'effect-not-allowed',
      message: `${cause} has the effect ${effect}, which is not allowed here`,
      hint: `allow it in keelson.yaml: effects: [${effect}]`,
    }))
}
