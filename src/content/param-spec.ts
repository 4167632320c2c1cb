import { PARAM_TYPES, type ParamSpec, type ParamType, type ParamValue } from '../core/check.ts'
import { parseDuration } from '../core/duration.ts'
import { readParam } from './params.ts'
import type { Reporter } from './reporter.ts'
import { isMapping } from './words.ts'
import type { Path } from './yaml-document.ts'

export type ParamSpecs = Readonly<Record<string, ParamSpec>>

/** The parameters that were declared soundly, with durations in seconds; what is unsound in the others is reported. */
export function buildParamSpecs(declared: unknown, reporter: Reporter): ParamSpecs {
  const specs = Object.create(null) as Record<string, ParamSpec>
  if (!isMapping(declared)) return specs
  for (const [name, written] of Object.entries(declared)) {
    const path = ['params', name]
    if (!isMapping(written) || !reporter.isClean(path)) continue
    const spec = buildSpec(written, path, reporter)
    if (reporter.isClean(path)) specs[name] = spec
  }
  return specs
}

function buildSpec(written: Readonly<Record<string, unknown>>, path: Path, reporter: Reporter): ParamSpec {
  const type = PARAM_TYPES.find((one) => one === written.type) ?? 'string'
  checkFits(written, type, path, reporter)
  const bare: ParamSpec = {
    type,
    ...(written.items !== undefined && { items: written.items as 'string' | 'integer' }),
    ...(written.description !== undefined && { description: written.description as string }),
  }
  const min = readBound(written.min, type, [...path, 'min'], reporter)
  const max = readBound(written.max, type, [...path, 'max'], reporter)
  if (min !== undefined && max !== undefined && min > max) {
    report(reporter, [...path, 'min'], 'min is greater than max', 'swap the two')
  }
  const bounded: ParamSpec = {
    ...bare,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(written.pattern !== undefined && { pattern: written.pattern as string }),
  }
  // After a mistake in them the bounds say nothing; the default is still looked at.
  const sound = reporter.isClean(path) ? bounded : bare
  const allowed = readEnum(sound, written.enum, path, reporter)
  const whole: ParamSpec = { ...sound, ...(allowed && { enum: allowed }) }
  if (written.default === undefined) return whole
  const read = readParam(whole, written.default)
  if ('value' in read) return { ...whole, default: read.value }
  report(reporter, [...path, 'default'], `the default ${read.problem}`, 'a default must itself be allowed')
  return whole
}

/** Which keys make sense for which type. */
function checkFits(written: Readonly<Record<string, unknown>>, type: ParamType, path: Path, reporter: Reporter): void {
  const isNumeric = type === 'integer' || type === 'number' || type === 'duration'
  const isText = type === 'string' || (type === 'list' && written.items !== 'integer')
  const rules: readonly [key: string, fits: boolean, where: string][] = [
    ['items', type === 'list', 'a list'],
    ['min', isNumeric, 'an integer, a number or a duration'],
    ['max', isNumeric, 'an integer, a number or a duration'],
    ['pattern', isText, 'a string or a list of strings'],
    ['enum', type !== 'boolean', 'a string, an integer, a number, a duration or a list'],
  ]
  for (const [key, fits, where] of rules) {
    if (written[key] === undefined || fits) continue
    const message = `"${key}" does not go with type ${type}`
    reporter.report({ code: 'bad-param-spec', message, hint: `"${key}" is for ${where}` }, [...path, key], 'key')
  }
  if (typeof written.pattern !== 'string') return
  try {
    new RegExp(`^(?:${written.pattern})$`, 'u')
  } catch {
    const hint = 'it must be a JavaScript regular expression (with the u flag)'
    report(reporter, [...path, 'pattern'], 'the pattern is not a regular expression', hint)
  }
}

function readBound(written: unknown, type: ParamType, path: Path, reporter: Reporter): number | undefined {
  if (typeof written === 'number') return written
  if (typeof written !== 'string') return undefined
  if (type === 'duration') return parseDuration(written)
  if (reporter.isClean(path)) report(reporter, path, `a bound of type ${type} must be a number`, 'remove the unit')
  return undefined
}

function readEnum(
  spec: ParamSpec,
  written: unknown,
  path: Path,
  reporter: Reporter,
): readonly (string | number)[] | undefined {
  if (!Array.isArray(written)) return undefined
  const member: ParamSpec = spec.type === 'list' ? { ...spec, type: spec.items ?? 'string' } : spec
  return written.flatMap((value: unknown, index): (string | number)[] => {
    const read = readParam(member, value)
    if ('value' in read) return [read.value as Exclude<ParamValue, boolean | readonly unknown[]>]
    report(
      reporter,
      [...path, 'enum', index],
      `a value of the enum ${read.problem}`,
      'every value must itself be allowed',
    )
    return []
  })
}

function report(reporter: Reporter, path: Path, message: string, hint: string): void {
  reporter.report({ code: 'bad-param-spec', message, hint }, path)
}
