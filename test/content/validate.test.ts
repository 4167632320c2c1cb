import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../src/content/json-schema.ts'
import { createReporter } from '../../src/content/reporter.ts'
import { CHECK_FILE_SCHEMA, TEMPLATE_FILE_SCHEMA } from '../../src/content/schema.ts'
import { validate } from '../../src/content/validate.ts'
import { parseYaml } from '../../src/content/yaml-document.ts'
import { EXAMPLE, EXAMPLE_FILES } from './example.ts'

const ajv = new Ajv2020({
  strict: true,
  strictRequired: false,
  strictTypes: false,
  allowUnionTypes: true,
  validateFormats: false,
})
ajv.addVocabulary(['patternErrorMessage', 'x-hint'])
const isCheckFile = ajv.compile(CHECK_FILE_SCHEMA)
const isTemplateFile = ajv.compile(TEMPLATE_FILE_SCHEMA)

function problemsOf(value: unknown, schema: JsonSchema): string[] {
  const [document] = parseYaml('null', 'f').documents
  const reporter = createReporter(document!, [])
  validate(value, schema, schema, reporter)
  return reporter.diagnostics.map(({ message }) => message)
}

/** JSON text keeps `__proto__` out of the way and gives ajv ordinary objects. */
function expectAgreement(value: unknown): void {
  const plain: unknown = JSON.parse(JSON.stringify(value))
  expect({ plain, valid: problemsOf(plain, CHECK_FILE_SCHEMA).length === 0 }).toEqual({
    plain,
    valid: isCheckFile(plain),
  })
  expect({ plain, valid: problemsOf(plain, TEMPLATE_FILE_SCHEMA).length === 0 }).toEqual({
    plain,
    valid: isTemplateFile(plain),
  })
}

const scalar = fc.constantFrom<unknown>(
  '',
  'a',
  'A b',
  'linux',
  'pass',
  '7d',
  '1.10',
  'SELECT 1',
  0,
  -1,
  1.5,
  60,
  true,
  false,
  null,
)
const keys = [
  'id',
  'title',
  'severity',
  'tags',
  'schedule',
  'params',
  'platforms',
  'tests',
  'darwin',
  'linux',
  'sql',
  'table',
  'where',
  'expect',
  'match',
  'use',
  'with',
  'all',
  'any',
  'not',
  'needs',
  'reason',
  'if_empty',
  'evidence',
  'param',
  'eq',
  'in',
  'version_ge',
  'within',
  'empty',
  'type',
  'default',
  'enum',
  'min',
  'template',
  'name',
  'given',
  'now',
  'oddity',
  'constructor',
]
const anything = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, tie('list'), tie('mapping')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  mapping: fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 4 }),
})).value

const example = JSON.parse(JSON.stringify(parseYaml(EXAMPLE, 'f').documents[0]?.value)) as Record<string, unknown>
const clauses = [
  {
    sql: 'SELECT 1',
    when: 'SELECT 1',
    needs: ['SELECT 1', { sql: 'SELECT 2', reason: 'r' }],
    if_empty: 'pass',
    evidence: ['a'],
  },
  {
    table: 't',
    where: { a: 1, b: { in: [1, { param: 'p' }] }, c: { param: 'p' } },
    expect: { d: { version_ge: '1.10', within: '7d' } },
  },
  { use: 'x', with: { a: 1, b: ['c', { param: 'p' }], d: { param: 'p' } } },
  { not: { any: [{ all: [{ sql: 'x', title: 't' }] }] } },
  { first: [{ table: 't' }, { sql: 'SELECT 1' }] },
]
const whole = { ...example, platforms: { linux: { all: clauses, fix: 'x' }, darwin: clauses[1] } }

/** Every place in a value, as a way to replace it. */
function mutate(value: unknown, replacement: unknown, at: number): unknown {
  let left = at
  const copy = (one: unknown): unknown => {
    if (left-- === 0) return replacement
    if (Array.isArray(one)) return one.map(copy)
    if (typeof one !== 'object' || one === null) return one
    const entries = Object.entries(one).map(([key, inner]) => [
      left-- === 0 ? JSON.stringify(replacement) : key,
      copy(inner),
    ])
    return Object.fromEntries(entries)
  }
  return copy(value)
}

describe('validate', () => {
  it('agrees with ajv on good files', () => {
    expect(problemsOf(whole, CHECK_FILE_SCHEMA)).toEqual([])
    for (const value of [
      example,
      whole,
      [example, whole],
      ...clauses.map((linux) => ({ ...example, platforms: { linux } })),
    ]) {
      expectAgreement(value)
      expect(isCheckFile(value)).toBe(true)
    }
    const template = parseYaml(EXAMPLE_FILES['templates/service_running.yaml']!, 'f').documents[0]?.value
    expectAgreement(template)
    expect(isTemplateFile(template)).toBe(true)
  })

  it('agrees with ajv when any one thing in a good file is replaced', () => {
    fc.assert(
      fc.property(anything, fc.nat(160), (replacement, at) => {
        expectAgreement(mutate(whole, replacement, at))
        expectAgreement(mutate({ template: 'x', platforms: whole.platforms }, replacement, at))
      }),
      { numRuns: 4000 },
    )
  })

  it('agrees with ajv on clauses and parameters of any shape', () => {
    fc.assert(
      fc.property(anything, anything, (clause, param) => {
        expectAgreement({ ...example, platforms: { linux: clause } })
        expectAgreement({ ...example, params: { p: param } })
        expectAgreement({ ...example, tests: [param] })
      }),
      { numRuns: 2000 },
    )
  })

  it('describes every property that an editor may show', () => {
    const bare: string[] = []
    const visit = (schema: JsonSchema, path: string): void => {
      for (const [key, inner] of Object.entries(schema.properties ?? {})) {
        if (inner.description === undefined) bare.push(`${path}.${key}`)
        visit(inner, `${path}.${key}`)
      }
      for (const inner of [...(schema.anyOf ?? []), schema.items, schema.additionalProperties]) {
        if (inner) visit(inner, path)
      }
      for (const [name, inner] of Object.entries(schema.$defs ?? {})) visit(inner, name)
    }
    visit(CHECK_FILE_SCHEMA, 'check')
    visit(TEMPLATE_FILE_SCHEMA, 'template')
    expect(bare).toEqual([])
  })
})
