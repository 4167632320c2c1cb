import type { ParamType } from '../core/check.ts'
import { paramNames } from '../sql/tokenizer.ts'
import type { Definition } from './definition.ts'
import { explainUnknownParam } from './params.ts'
import { listClauses, listSql, type WrittenClause } from './walk-clauses.ts'
import { isMapping, listWords } from './words.ts'
import type { Path } from './yaml-document.ts'

interface Run {
  readonly definition: Definition
  readonly declared: readonly string[]
  readonly used: Set<string>
}

/** Parameters that are used but not declared, declared but not used, or used where their type makes no sense. */
export function checkParamUses(definition: Definition): void {
  const { written, reporter } = definition
  const declared = isMapping(written.params) ? Object.keys(written.params) : []
  const run: Run = { definition, declared, used: new Set() }
  for (const clause of listClauses(written)) checkClause(run, clause)
  for (const name of declared.filter((one) => !run.used.has(one) && reporter.isClean(['params', one]))) {
    const message = `parameter "${name}" is never used`
    const hint = `use it as :${name} in SQL or as { param: ${name} } in a condition, or remove it`
    reporter.report({ level: 'warning', code: 'unused-param', message, hint }, ['params', name], 'key')
  }
}

function checkClause(run: Run, written: WrittenClause): void {
  for (const { sql, path } of listSql(written)) {
    for (const name of paramNames(sql)) use(run, name, path, `:${name}`)
  }
  for (const key of ['where', 'expect'] as const) {
    const conditions = written.clause[key]
    if (!isMapping(conditions)) continue
    for (const [column, condition] of Object.entries(conditions)) {
      checkCondition(run, condition, [...written.path, key, column])
    }
  }
  if (!isMapping(written.clause.with)) return
  for (const [name, value] of Object.entries(written.clause.with)) {
    checkOperand(run, value, [...written.path, 'with', name], undefined)
  }
}

const SINGLE: readonly ParamType[] = ['string', 'integer', 'number', 'boolean', 'duration']
const OPERAND_TYPES: Readonly<Record<string, readonly ParamType[]>> = {
  in: ['list'],
  not_in: ['list'],
  like: ['string'],
  glob: ['string'],
  matches: ['string'],
  version_eq: ['string'],
  version_ne: ['string'],
  version_lt: ['string'],
  version_le: ['string'],
  version_gt: ['string'],
  version_ge: ['string'],
  within: ['duration', 'integer'],
  older_than: ['duration', 'integer'],
}

function checkCondition(run: Run, condition: unknown, path: Path): void {
  if (!isMapping(condition)) return
  if (Object.hasOwn(condition, 'param')) {
    checkOperand(run, condition, path, SINGLE)
    return
  }
  for (const [operator, operand] of Object.entries(condition)) {
    const types = Object.hasOwn(OPERAND_TYPES, operator) ? OPERAND_TYPES[operator] : SINGLE
    checkOperand(run, operand, [...path, operator], types)
    if (operator === 'matches' && typeof operand === 'string' && new TextEncoder().encode(operand).length > 256) {
      const message = 'the regular expression is longer than 256 bytes, the most that regex_match accepts'
      run.definition.reporter.report({ code: 'bad-value', message, hint: 'shorten it' }, [...path, operator])
    }
  }
}

/** `types` undefined: the template's own parameter says what is wanted. */
function checkOperand(run: Run, operand: unknown, path: Path, types: readonly ParamType[] | undefined): void {
  if (Array.isArray(operand)) {
    for (const [index, member] of operand.entries()) checkOperand(run, member, [...path, index], types && SINGLE)
    return
  }
  if (!isMapping(operand) || typeof operand.param !== 'string') return
  const name = operand.param
  use(run, name, [...path, 'param'], `{ param: ${name} }`)
  const type = run.definition.params[name]?.type
  if (type === undefined || types === undefined || types.includes(type)) return
  const message = `parameter "${name}" has type ${type}; here it must be ${listWords(types)}`
  run.definition.reporter.report({ code: 'param-type', message, hint: 'use or declare another parameter' }, [
    ...path,
    'param',
  ])
}

function use(run: Run, name: string, path: Path, shown: string): void {
  run.used.add(name)
  if (run.declared.includes(name)) return
  const { hint } = explainUnknownParam(name, run.declared)
  const message = `${shown} names no parameter of this ${run.definition.kind}`
  run.definition.reporter.report({ code: 'unknown-param', message, hint }, path)
}
