import { parseDuration } from '../core/duration.ts'
import { findClosest } from '../core/find-closest.ts'
import type { ParamSource } from '../core/param-source.ts'
import { isPlainKey } from './param-data.ts'
import { describeValue, isMapping, quote } from './words.ts'

const KEYS = ['file', 'key', 'max_age', 'params'] as const
const EXAMPLE = 'param_data: [{ file: definitions.yaml, key: vendor.pub, max_age: 7d, params: [my-check.newest] }]'

export type ParamSettings =
  | { readonly sources: readonly ParamSource[] }
  | { readonly problem: string; readonly hint: string }

/** The setting `param_data`; `toPath` makes a path relative to keelson.yaml absolute. */
export function readParamSettings(value: unknown, toPath: (path: string) => string): ParamSettings {
  if (!Array.isArray(value)) return { problem: `param_data must be a list, not ${describeValue(value)}`, hint: EXAMPLE }
  const sources: ParamSource[] = []
  for (const [index, entry] of value.entries()) {
    const where = `param_data[${index}]`
    const read = readSource(entry, where, toPath)
    if ('problem' in read) return read
    const known = sources.flatMap(({ params }) => params.map(({ check, name }) => `${check}.${name}`))
    const twice = read.params.map(({ check, name }) => `${check}.${name}`).find((each) => known.includes(each))
    if (twice) return { problem: `${where}.params: ${twice} comes from two files`, hint: 'name it once' }
    sources.push(read)
  }
  return { sources }
}

function readSource(
  entry: unknown,
  where: string,
  toPath: (path: string) => string,
): ParamSource | { readonly problem: string; readonly hint: string } {
  const refuse = (problem: string, hint = EXAMPLE) => ({ problem: `${where}${problem}`, hint })
  if (!isMapping(entry)) return refuse(` must be a mapping, not ${describeValue(entry)}`)
  const stray = Object.keys(entry).find((key) => !KEYS.some((known) => known === key))
  if (stray !== undefined) {
    const closest = findClosest(stray, KEYS)
    return refuse(
      ` has the unknown key ${quote(stray)}`,
      closest ? `did you mean ${closest}?` : `known: ${KEYS.join(', ')}`,
    )
  }
  const { file, key, max_age: maxAge, params } = entry
  if (typeof file !== 'string' || file === '') return refuse(`.file must be a path, not ${describeValue(file)}`)
  const keys = typeof key === 'string' ? [key] : key
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every((each) => typeof each === 'string' && each !== '')) {
    return refuse(`.key must be a public key, the path of one, or a list of these, not ${describeValue(key)}`)
  }
  const seconds = typeof maxAge === 'string' ? parseDuration(maxAge) : undefined
  if (!seconds) return refuse(`.max_age must be a duration such as 7d, not ${describeValue(maxAge)}`)
  if (!Array.isArray(params) || params.length === 0) {
    return refuse(
      '.params must list what is taken from it',
      'params: [my-check.newest]: the check, a dot, the parameter',
    )
  }
  const names = params.map((each) => /^(.+)\.([a-z][a-z0-9_]*)$/.exec(String(each)))
  const wrong = names.indexOf(null)
  if (wrong >= 0)
    return refuse(`.params: ${describeValue(params[wrong])} is no parameter`, 'the check, a dot, the parameter')
  return {
    file: toPath(file),
    keys: keys.map((each) => (isPlainKey(each) ? each : toPath(each))),
    maxAge: seconds,
    params: names.map((match) => ({ check: match?.[1] as string, name: match?.[2] as string })),
  }
}
