import type { Check, Diagnostic, Effect, Place, Platform, Template } from '../core/check.ts'
import { PLATFORMS } from '../core/check.ts'
import type { CompiledCheck, Leaf } from '../core/compiled.ts'
import { CompileError, compileCheck } from './compile.ts'
import { findNewerSyntax } from './dialect.ts'
import { findEffects } from './effects.ts'
import { type Preparation, SqlError } from './engine.ts'
import type { ParamValues } from './expand.ts'
import type { Finding } from './finding.ts'
import type { SchemaEngine } from './schema-engine.ts'
import { findSensitiveEvidence } from './sensitive.ts'
import { OSQUERY_GATES } from './table-gates.ts'
import { significantTokens, type Token } from './tokenizer.ts'
import { findVacuity } from './vacuity.ts'

export interface LintOptions {
  readonly engineOf: (platform: Platform) => SchemaEngine
  readonly templates: ReadonlyMap<string, Template>
  readonly values: ParamValues
  /** The oldest osquery that the checks must run on, such as 5.0.1. */
  readonly osqueryVersion: string
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
    ...findVacuity(compiled, engine, options),
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
      ...findNewerSyntax(sql).map(
        (found): Finding => ({
          level: 'error',
          code: 'newer-sqlite',
          message: `osquery's SQLite 3.42 does not know ${found}`,
        }),
      ),
      ...findDoubleQuotedStrings(sql, engine),
      ...findMissingRequired(preparation),
      ...findTextVersions(sql, preparation, engine),
      ...findPerUser(preparation, engine),
      ...findForbiddenEffects(preparation, options),
    ]),
    ...findTooNew(leaf, engine, options),
    ...findForeignColumns(leaf, engine),
    ...findLongPatterns(leaf),
    ...findSensitiveEvidence(leaf, prepared[0]?.[1]),
  ]
}

function untested(platform: Platform): Finding {
  return {
    level: 'warning',
    code: 'untested',
    message: `no test covers ${platform}`,
    hint: 'add tests for pass, fail and could not be seen',
  }
}

function findDoubleQuotedStrings(sql: string, engine: SchemaEngine): Finding[] {
  if (!sql.includes('"')) return []
  try {
    engine.prepareStrictly(sql)
    return []
  } catch (error) {
    const message = error instanceof SqlError ? error.message : String(error)
    const text = /no such column: "?([^"]*)"?/.exec(message)?.[1] ?? ''
    return [
      {
        level: 'warning',
        code: 'double-quoted-string',
        message: `"${text}" is taken for a string, because no column has that name`,
        hint: `write '${text}'`,
      },
    ]
  }
}

function findMissingRequired({ plans }: Preparation): Finding[] {
  const tables = new Set(plans.map(({ table }) => table))
  return [...tables]
    .filter((table) => plans.filter((plan) => plan.table === table).every(({ missesRequired }) => missesRequired))
    .map(({ name, columns }) => {
      const required = columns.filter((column) => column.required).map((column) => column.name)
      return {
        level: 'error',
        code: 'required-column',
        message: `${name} must be asked with ${required.join(' or ')} in the WHERE clause`,
        hint: `${name} answers only for what it is asked about: WHERE ${required[0]} = … (or IN, or LIKE)`,
      }
    })
}

const ORDER_SYMBOLS = ['<', '<=', '>', '>=']

function findTextVersions(sql: string, { reads }: Preparation, engine: SchemaEngine): Finding[] {
  const plain = new Set<string>()
  for (const [table, columns] of reads) {
    for (const column of engine.tables.get(table)?.columns ?? []) {
      const isVersion = /version/.test(column.name) && column.type === 'TEXT' && !column.collate?.startsWith('version')
      if (isVersion && columns.has(column.name)) plain.add(column.name)
    }
  }
  const tokens = significantTokens(sql)
  const compared = tokens.flatMap(({ text }, index) => {
    if (!ORDER_SYMBOLS.includes(text)) return []
    const sides = [tokens[index - 1], tokens[index + 1]].map((side) => side?.text.replaceAll('"', '') ?? '')
    return sides.filter((side) => plain.has(side))
  })
  return [...new Set(compared)].map((column) => ({
    level: 'warning',
    code: 'text-version',
    message: `${column} is compared as text, where '1.10' comes before '1.9'`,
    hint: `version_compare(${column}, '…') >= 0, or version_ge in a condition`,
  }))
}

function findPerUser({ reads, plans }: Preparation, engine: SchemaEngine): Finding[] {
  return [...reads.keys()]
    .filter((name) => engine.tables.get(name)?.perUser)
    .filter((name) => plans.filter(({ table }) => table.name === name).every(({ constrained }) => !constrained))
    .map((name) => ({
      level: 'warning',
      code: 'per-user-table',
      message: `${name} answers for one user only unless it is joined with users`,
      hint: `FROM users JOIN ${name} USING (uid)`,
    }))
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

function findTooNew(leaf: Leaf, engine: SchemaEngine, { osqueryVersion }: LintOptions): Finding[] {
  return leaf.tables.flatMap(({ table, columns }) => {
    const known = engine.tables.get(table)
    if (!known) return []
    const things: [string, string | undefined][] = [
      [`table ${table}`, known.since],
      ...columns.map((column): [string, string | undefined] => [
        `column ${table}.${column}`,
        known.columnsSince[column],
      ]),
    ]
    return things.flatMap(([thing, since]): Finding[] =>
      since !== undefined && isOlder(osqueryVersion, since)
        ? [
            {
              level: 'warning',
              code: 'newer-osquery',
              message: `${thing} came with osquery ${since}, after ${osqueryVersion}`,
              hint: 'older agents answer with an error; raise osquery_version in keelson.yaml if you have none',
            },
          ]
        : [],
    )
  })
}

function findForeignColumns({ tables }: Leaf, engine: SchemaEngine): Finding[] {
  return tables.flatMap(({ table, columns }) =>
    columns
      .filter((column) => engine.tables.get(table)?.foreignColumns.has(column))
      .map(
        (column): Finding => ({
          level: 'error',
          code: 'foreign-column',
          message: `${table}.${column} belongs to another platform: on ${engine.platform} it is always NULL`,
        }),
      ),
  )
}

/** Whether one release of osquery came before another. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]]
  for (let part = 0; part < 3; part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

const LONGEST_PATTERN = 256

function findLongPatterns({ select }: Leaf): Finding[] {
  const tokens = significantTokens(select)
  return tokens.flatMap(({ text }, index): Finding[] => {
    const call = /^regex_(?:match|split)$/i.test(text) ? callArguments(tokens, index + 1) : []
    const pattern = call[1]?.length === 1 && call[1][0]?.kind === 'string' ? call[1][0].text : ''
    if (Buffer.byteLength(pattern.slice(1, -1).replaceAll("''", "'")) <= LONGEST_PATTERN) return []
    return [
      {
        level: 'error',
        code: 'long-pattern',
        message: `a regular expression of over ${LONGEST_PATTERN} bytes is an error in osquery`,
        hint: 'split it into several',
      },
    ]
  })
}

/** The tokens of each argument of the call whose parenthesis is at `open`. */
function callArguments(tokens: readonly Token[], open: number): Token[][] {
  const found: Token[][] = [[]]
  let depth = 0
  for (const token of tokens.slice(open)) {
    if (token.text === ')' && --depth === 0) break
    if (token.text === ',' && depth === 1) found.push([])
    else if (depth > 0) found.at(-1)?.push(token)
    if (token.text === '(') depth++
  }
  return found
}
