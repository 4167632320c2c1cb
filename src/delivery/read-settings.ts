import { KeelsonError } from '../core/errors.ts'
import { findClosest } from '../core/find-closest.ts'
import type { SinkContext, SinkOption, SinkOptions } from '../core/sink.ts'

type ValueOf<Option extends SinkOption> = Option['type'] extends 'text' | 'secret'
  ? string
  : Option['type'] extends 'integer' | 'duration'
    ? number
    : Option['type'] extends 'boolean'
      ? boolean
      : Option['type'] extends 'texts'
        ? readonly string[]
        : Readonly<Record<string, string>>

/** The values of a table of options: one that is neither required nor has a default may be absent. */
export type Settings<Table extends Readonly<Record<string, SinkOption>>> = {
  readonly [Key in keyof Table]:
    | ValueOf<Table[Key]>
    | (Table[Key] extends { readonly required: true } | { readonly default: unknown } ? never : undefined)
}

/** The options of a sink, held against its kind's own table, with defaults filled in. @throws KeelsonError */
export function readSettings<const Table extends Readonly<Record<string, SinkOption>>>(
  table: Table,
  options: SinkOptions,
  context: Pick<SinkContext, 'name'>,
): Settings<Table> {
  for (const key of Object.keys(options)) {
    if (Object.hasOwn(table, key)) continue
    const closest = findClosest(key, Object.keys(table))
    const known = `known: ${Object.keys(table).join(', ')}`
    throw wrongOption(context, key, 'is not known', closest ? `did you mean ${closest}?` : known)
  }
  const entries = Object.entries(table).map(([key, option]) => {
    const value = Object.hasOwn(options, key) ? options[key] : option.default
    if (value === undefined) {
      if (option.required) throw wrongOption(context, key, 'is missing', option.help)
    } else {
      const problem = findProblem(value, option)
      if (problem) throw wrongOption(context, key, problem, option.help)
    }
    return [key, value]
  })
  return Object.fromEntries(entries) as Settings<Table>
}

/** An option of a sink cannot be used as it was written. */
export class OptionError extends KeelsonError {
  readonly option: string

  constructor(option: string, message: string, hint: string) {
    super('config', message, { hint })
    this.name = 'OptionError'
    this.option = option
  }
}

/** The error for an option that cannot be used; `hint` says how to mend it. */
export function wrongOption(
  { name }: Pick<SinkContext, 'name'>,
  option: string,
  problem: string,
  hint: string,
): OptionError {
  return new OptionError(option, `sink ${name}: ${option} ${problem}`, hint)
}

// What was given is not quoted: it may be a secret.
function findProblem(value: SinkOptions[string], option: SinkOption): string | undefined {
  const { type, choices, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = option
  if (type === 'text' || type === 'secret') {
    if (typeof value !== 'string' || value === '') return 'must be text'
    if (value.includes('\0')) return 'must not hold a NUL character'
    return choices && !choices.includes(value) ? `must be one of ${choices.join(', ')}` : undefined
  }
  if (type === 'integer' || type === 'duration') {
    const isNumber = typeof value === 'number' && Number.isFinite(value)
    if (!isNumber || (type === 'integer' && !Number.isInteger(value))) {
      return type === 'integer' ? 'must be a whole number' : 'must be a duration such as 30s or 5m'
    }
    const unit = type === 'duration' ? ' seconds' : ''
    if (value < min) return `must be at least ${min}${unit}`
    return value > max ? `must be at most ${max}${unit}` : undefined
  }
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'must be true or false'
  if (type === 'texts') {
    const isList = Array.isArray(value) && value.every((member) => typeof member === 'string' && !member.includes('\0'))
    return isList ? undefined : 'must be a list of texts'
  }
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value)
  const isOfTexts = isMapping && Object.values(value).every((member) => typeof member === 'string')
  return isOfTexts ? undefined : 'must be a mapping of names to texts'
}
