import type { AlarmFilter, EventFilter } from './delivery.ts'
import { ACTIONS, isOurs, LEVELS, type Level } from './event.ts'
import { findClosest } from './find-closest.ts'

/** What is wrong with one part of a filter. */
export interface FilterProblem {
  /** The part; undefined for the filter as a whole. */
  readonly key: string | undefined
  readonly message: string
  readonly hint: string
}

export const FILTER_KEYS = ['action', 'level', 'check', 'tag', 'asset'] as const
const LONGEST = 256

/** A filter as people write it: `level` is one or several, all else a pattern. Every problem is told. */
export function readFilter(given: Readonly<Record<string, unknown>>): {
  readonly filter: EventFilter
  readonly problems: readonly FilterProblem[]
} {
  const problems: FilterProblem[] = []
  const filter: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given)) {
    const problem = readPart(key, value, filter)
    if (problem) problems.push({ key, ...problem })
  }
  if (Object.keys(given).length === 0) {
    const hint = `say which events are meant: ${FILTER_KEYS.join(', ')}`
    problems.push({ key: undefined, message: 'an empty filter would leave out everything', hint })
  }
  return { filter, problems }
}

/** Events of an action at or above a level are alarms. */
export function readAlarm(
  action: string,
  level: string,
): { readonly alarm: AlarmFilter } | { readonly problem: FilterProblem } {
  const filter: { action?: string; levels?: readonly Level[] } = {}
  for (const [key, value] of Object.entries({ action, level })) {
    const problem = readPart(key, value, filter)
    if (problem) return { problem: { key, ...problem } }
  }
  return { alarm: { action: filter.action as string, level: filter.levels?.[0] as Level } }
}

type Wrong = Omit<FilterProblem, 'key'> | undefined

function readPart(key: string, value: unknown, into: Record<string, unknown>): Wrong {
  if (key === 'level') return readLevels(value, into)
  if (!FILTER_KEYS.some((known) => known === key)) {
    const closest = findClosest(key, FILTER_KEYS)
    const hint = closest ? `did you mean ${closest}?` : `known: ${FILTER_KEYS.join(', ')}`
    return { message: `a filter has no ${key}`, hint }
  }
  if (typeof value !== 'string' || value.trim() === '' || value.length > LONGEST) {
    return { message: `${key} must be text`, hint: 'a name, or a pattern with * and ?' }
  }
  into[key] = key === 'action' ? value.toUpperCase() : value
  return key === 'action' ? findActionProblem(value.toUpperCase()) : undefined
}

function readLevels(value: unknown, into: Record<string, unknown>): Wrong {
  const names: unknown[] = Array.isArray(value) ? value : [value]
  const levels: Level[] = []
  for (const name of names) {
    const level = LEVELS.find((known) => known === String(name).toUpperCase())
    if (!level) {
      const closest = findClosest(String(name).toUpperCase(), LEVELS)
      const hint = closest ? `did you mean ${closest}?` : 'one of them, or a list'
      return { message: `level may be ${LEVELS.join(', ')}`, hint }
    }
    levels.push(level)
  }
  if (levels.length === 0) return { message: 'level is an empty list', hint: `name some of ${LEVELS.join(', ')}` }
  into.levels = LEVELS.filter((level) => levels.includes(level))
  return undefined
}

/** Applications may have any action that is not ours to name. */
function findActionProblem(action: string): Wrong {
  if (/[*?]/.test(action) || !isOurs(action) || ACTIONS.some((known) => known === action)) {
    return undefined
  }
  const closest = findClosest(action, ACTIONS)
  const hint = closest ? `did you mean ${closest}?` : `there are ${ACTIONS.join(', ')}, and those of applications`
  return { message: `no event has the action ${action}`, hint }
}
