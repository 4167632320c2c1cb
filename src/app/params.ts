import type { Config } from '../config.ts'
import { resolveParams } from '../content/params.ts'
import type { Check, Library } from '../core/check.ts'
import { KeelsonError } from '../core/errors.ts'
import { findClosest } from '../core/find-closest.ts'
import type { ParamValues } from '../sql/expand.ts'

/** A parameter without a default that nobody has set: the check cannot be asked, others can. */
export class MissingParamError extends KeelsonError {}

/**
 * The effective parameters of a check: its defaults, the configuration's, the command line's, and a test's own.
 * @throws KeelsonError for a wrong one, MissingParamError for one that nobody has set
 */
export function paramsOf(
  check: Check,
  { params, textParams, file }: Pick<Config, 'params' | 'textParams' | 'file'>,
  more: ParamValues = {},
): ParamValues {
  const text = ownValue(textParams, check.id) ?? {}
  const answer = resolveParams(check.params, { ...ownValue(params, check.id), ...more }, text)
  if ('values' in answer) return answer.values
  const { name, code, message, hint } = answer.problems[0]!
  if (code === 'missing-param') {
    throw new MissingParamError('missing-param', `${check.id}: ${message}`, {
      hint: `set it in keelson.yaml (params: { ${check.id}: { ${name}: … } }), or with --param ${check.id}.${name}=…`,
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
export function requireKnownParams({ params, textParams }: Config, library: Library): void {
  const ids = library.checks.map(({ id }) => id)
  for (const id of [...Object.keys(params), ...Object.keys(textParams)]) {
    if (ids.includes(id)) continue
    const closest = findClosest(id, ids)
    throw new KeelsonError('params', `parameters are set for ${id}, but no check is called that`, {
      hint: closest ? `did you mean ${closest}?` : 'checks list shows them all',
    })
  }
}
