import type { Config } from '../config.ts'
import { resolveParams } from '../content/params.ts'
import type { Check, Library } from '../core/check.ts'
import { KeelsonError } from '../core/errors.ts'
import { findClosest } from '../core/find-closest.ts'
import type { ParamValues } from '../sql/expand.ts'
import { type DataParams, dataParamsOf } from './param-data.ts'

/** A parameter that has no value, or none that may be used: the check cannot be asked, others can. */
export class MissingParamError extends KeelsonError {}

type ParamConfig = Pick<Config, 'params' | 'textParams' | 'file'> & Partial<Pick<Config, 'paramData' | 'state'>>

const NO_DATA: DataParams = { values: {}, problems: {} }

/**
 * The effective parameters of a check: its defaults, those of signed files, the configuration's, the command line's, and
 * a test's own. What a signed file should give and does not is missing, whatever the default is.
 * @param now milliseconds since 1970, for the age of signed files
 * @throws KeelsonError for a wrong one, MissingParamError for one that has no value
 */
export function paramsOf(
  check: Check,
  { params, textParams, file, ...rest }: ParamConfig,
  more: ParamValues = {},
  now: number = Date.now(),
): ParamValues {
  const text = ownValue(textParams, check.id) ?? {}
  const set = { ...ownValue(params, check.id), ...more }
  const data = rest.paramData ? dataParamsOf(check.id, { paramData: rest.paramData, state: rest.state }, now) : NO_DATA
  const isSet = (name: string) => Object.hasOwn(set, name) || Object.hasOwn(text, name)
  const missing = Object.keys(data.problems).find((name) => !isSet(name))
  if (missing !== undefined) {
    const { problem, hint } = data.problems[missing] as { problem: string; hint: string }
    throw new MissingParamError('param-data', `${check.id}: parameter "${missing}" cannot be had: ${problem}`, { hint })
  }
  const answer = resolveParams(check.params, { ...data.values, ...set }, text)
  if ('values' in answer) return answer.values
  const { name, code, message, hint } = answer.problems[0]!
  if (code === 'missing-param') {
    throw new MissingParamError('missing-param', `${check.id}: ${message}`, {
      hint: `set it in keelson.yaml (params: { ${check.id}: { ${name}: … } }), or with --param ${check.id}.${name}=…`,
    })
  }
  if (Object.hasOwn(data.values, name) && !isSet(name)) {
    throw new MissingParamError('param-data', `${check.id}: what a signed file says is no use: ${message}`, {
      hint: hint ?? 'fetch a newer file',
    })
  }
  const where = Object.hasOwn(text, name) ? '--param' : file
  const said = `${where === undefined ? '' : `${where}: `}${check.id}: ${message}`
  throw new KeelsonError('params', said, hint === undefined ? {} : { hint })
}

// A check may be called constructor.
function ownValue<T>(values: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined
}

/** Parameters that name checks which do not exist would silently do nothing. @throws KeelsonError */
export function requireKnownParams({ params, textParams, paramData }: Config, library: Library): void {
  const ids = library.checks.map(({ id }) => id)
  const fromData = paramData.flatMap((source) => source.params)
  const named = [...Object.keys(params), ...Object.keys(textParams), ...fromData.map(({ check }) => check)]
  for (const { check, name } of fromData) {
    const declared = library.checks.find(({ id }) => id === check)?.params
    if (declared === undefined || Object.hasOwn(declared, name)) continue
    const closest = findClosest(name, Object.keys(declared))
    throw new KeelsonError('params', `param_data names ${check}.${name}, but ${check} has no such parameter`, {
      hint: closest ? `did you mean ${closest}?` : `checks show ${check} lists them`,
    })
  }
  for (const id of named) {
    if (ids.includes(id)) continue
    const closest = findClosest(id, ids)
    throw new KeelsonError('params', `parameters are set for ${id}, but no check is called that`, {
      hint: closest ? `did you mean ${closest}?` : 'checks list shows them all',
    })
  }
}
