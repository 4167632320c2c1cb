import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Config } from '../config.ts'
import { type ParamData, type ParamDataProblem, readParamData } from '../content/param-data.ts'
import { messageOf } from '../core/errors.ts'
import type { ParamSource } from '../core/param-source.ts'
import { writeWhole } from '../state/replace-file.ts'
import { statePathOf } from './state.ts'

type Data = Pick<Config, 'paramData' | 'state'>

/** The values that signed files give to parameters of a check, and why others of them cannot be had. */
export interface DataParams {
  readonly values: Readonly<Record<string, unknown>>
  readonly problems: Readonly<Record<string, ParamDataProblem>>
}

export function dataParamsOf(check: string, config: Data, now: number): DataParams {
  const values = Object.create(null) as Record<string, unknown>
  const problems = Object.create(null) as Record<string, ParamDataProblem>
  for (const source of config.paramData) {
    const names = source.params.filter((each) => each.check === check).map(({ name }) => name)
    if (names.length === 0) continue
    const data = readSource(source, config, now)
    for (const name of names) {
      if ('problem' in data) problems[name] = { problem: `${source.file} ${data.problem}`, hint: data.hint }
      else if (Object.hasOwn(data.values[check] ?? {}, name)) values[name] = data.values[check]?.[name]
      else problems[name] = { problem: `${source.file} has no value for it`, hint: 'fetch a file that has one' }
    }
  }
  return { values, problems }
}

/** What is wrong with the signed files, a sentence for each. */
export function describeParamData(config: Data, now: number): string[] {
  return config.paramData.flatMap((source) => {
    const data = readSource(source, config, now)
    const taken = source.params.map(({ check, name }) => `${check}.${name}`).join(', ')
    return 'problem' in data ? [`${source.file} ${data.problem}: checks cannot be judged for lack of ${taken}`] : []
  })
}

/**
 * Remembers beside the state how new the signed files are, so that no older one can take their place. Answers what kept
 * it from doing so, if anything did.
 */
export async function rememberParamData(config: Data, now: number): Promise<string | undefined> {
  const path = floorPath(config)
  if (path === undefined || config.paramData.length === 0) return undefined
  const floors = readFloors(path)
  const newer = config.paramData.flatMap((source) => {
    const data = readSource(source, config, now)
    return 'problem' in data || data.issuedAt <= (floors[source.file] ?? 0)
      ? []
      : [[source.file, data.issuedAt] as const]
  })
  if (newer.length === 0) return undefined
  const text = `${JSON.stringify({ ...floors, ...Object.fromEntries(newer) }, null, 2)}\n`
  try {
    await writeWhole(path, (unfinished) => writeFileSync(unfinished, text, { mode: 0o600 }), { replace: true })
    return undefined
  } catch (error) {
    return `how new the files of parameters are is not remembered: ${messageOf(error)}`
  }
}

function readSource(source: ParamSource, config: Data, now: number): ParamData | ParamDataProblem {
  const path = floorPath(config)
  const floor = path === undefined ? undefined : readFloors(path)[source.file]
  return readParamData(source, { now, floor })
}

/** The newest time of each file that was used, in milliseconds since 1970; beside the state, and gone with it. */
function floorPath(config: Data): string | undefined {
  const state = statePathOf(config)
  return state === undefined ? undefined : `${state}.params.json`
}

function readFloors(path: string): Record<string, number> {
  if (!existsSync(path)) return {}
  try {
    const read: unknown = JSON.parse(readFileSync(path, 'utf8'))
    const entries = Object.entries(read as Record<string, unknown>).filter(([, time]) => typeof time === 'number')
    return Object.fromEntries(entries) as Record<string, number>
  } catch {
    return {}
  }
}
