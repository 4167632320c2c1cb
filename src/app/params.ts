import type { Config } from '../config.ts'
import { explainMissingParam, explainUnknownParam, readParam } from '../content/params.ts'
import type { Check, Library, ParamValue } from '../core/check.ts'
import { KeelsonError } from '../core/errors.ts'
import { findClosest } from '../core/find-closest.ts'

export type ParamValues = Readonly<Record<string, ParamValue>>

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
  const text = textParams[check.id] ?? {}
  const written: Readonly<Record<string, unknown>> = { ...(params[check.id] ?? {}), ...more }
  for (const name of [...Object.keys(text), ...Object.keys(written)]) {
    if (Object.hasOwn(check.params, name)) continue
    const where = Object.hasOwn(text, name) ? FLAG : file
    throw wrong(check, where, explainUnknownParam(name, Object.keys(check.params)))
  }
  const values = Object.create(null) as Record<string, ParamValue>
  for (const [name, spec] of Object.entries(check.params)) {
    const isText = Object.hasOwn(text, name)
    if (isText || Object.hasOwn(written, name)) {
      const read = readParam(spec, isText ? text[name] : written[name], { fromText: isText })
      if ('problem' in read)
        throw wrong(check, isText ? FLAG : file, { message: `parameter "${name}" ${read.problem}` })
      values[name] = read.value
    } else if (spec.default !== undefined) values[name] = spec.default
    else
      throw new MissingParamError('missing-param', `${check.id}: ${explainMissingParam(name, spec).message}`, {
        hint: setHint(check, name),
      })
  }
  return values
}

const FLAG = '--param'

function setHint({ id }: Check, name: string): string {
  return `set it in keelson.yaml (params: { ${id}: { ${name}: … } }), or with --param ${id}.${name}=…`
}

function wrong(
  { id }: Check,
  where: string | undefined,
  { message, hint }: { message: string; hint?: string },
): KeelsonError {
  const said = `${where === undefined ? '' : `${where}: `}${id}: ${message}`
  return new KeelsonError('params', said, hint ? { hint } : {})
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
