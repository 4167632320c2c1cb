import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Event } from '../../src/core/event.ts'
import { type Ran, type RunOptions, runChecks } from './run-checks.ts'
import { writeCheck, writeFiles } from './write-checks.ts'

export interface DeliveryPlace {
  readonly folder: string
  readonly state: string
  /** The flags of a watch. */
  readonly flags: readonly string[]
  /** Runs a command that reads the settings and the state. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>
  /** Evaluates what is due and delivers, once. */
  deliver(options?: RunOptions): Promise<Ran>
  /** Lets the only check say this from now on. */
  say(passed: boolean): void
  /** Replaces the sinks. */
  write(sinks: string): void
  /** What the file sink of this path holds. */
  events(name?: string): Event[]
}

/** A folder with a check, sinks and a state. */
export function makeDelivery(sinks: string, more = ''): DeliveryPlace {
  const toSettings = (text: string) => `state: state.db\nsinks:\n${text.trim().replace(/^/gm, '  ')}\n`
  const toCheck = (passed: boolean) => writeCheck('one', `SELECT ${passed ? 1 : 0} AS passed`, more)
  const folder = writeFiles({ 'checks/one.yaml': toCheck(true), 'keelson.yaml': toSettings(sinks) })
  const state = join(folder, 'state.db')
  const settings = ['--config', join(folder, 'keelson.yaml'), '--state', state]
  const flags = ['--no-library', '--checks', join(folder, 'checks'), ...settings]
  const path = (name: string) => join(folder, name)
  return {
    folder,
    state,
    flags,
    run: (args, options) => runChecks([...args, ...settings], options),
    deliver: (options) => runChecks(['watch', '--once', ...flags], options),
    say: (passed) => writeFileSync(path('checks/one.yaml'), toCheck(passed)),
    write: (text) => writeFileSync(path('keelson.yaml'), toSettings(text)),
    events: (name = 'events.jsonl') =>
      existsSync(path(name))
        ? readFileSync(path(name), 'utf8')
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line) as Event)
        : [],
  }
}

export const actionsOf = (events: readonly Event[]) => events.map(({ action }) => action)
