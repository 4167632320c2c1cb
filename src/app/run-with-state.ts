import { KeelsonError, messageOf } from '../core/errors.ts'
import type { Source } from '../core/source.ts'
import { rememberParamData } from './param-data.ts'
import { type Remembered, rememberRun } from './remember-run.ts'
import { type RunOptions, runChecks } from './run-checks.ts'
import { isOptional, type OpenedState, openState } from './state.ts'
import type { Workbench } from './workbench.ts'

export interface RunWithStateOptions extends RunOptions {
  readonly due: boolean
  /** Tells a person what they should know of the state. */
  readonly warn: (text: string) => void
}

/** Runs checks with the state that the configuration names, or without one where none is wanted or can be kept. */
export async function runWithState(
  source: Source,
  workbench: Workbench,
  options: RunWithStateOptions,
): Promise<Remembered> {
  const unwanted = options.config.state === false
  if (unwanted && options.due) {
    throw new KeelsonError('usage', 'what is due is told by the state, and that is switched off', {
      hint: 'leave out --due, or --no-state (state: false in keelson.yaml)',
    })
  }
  const state = unwanted ? undefined : await openOptional(options)
  if (!state) return { report: await runChecks(source, workbench, options), failure: undefined }
  const unremembered = await rememberParamData(options.config, options.clock())
  if (unremembered !== undefined) options.warn(unremembered)
  let open = state
  const remember = () => rememberRun(source, workbench, { ...options, store: open.store, path: open.path })
  try {
    const first = await remember().catch((failure: unknown) => ({ report: undefined, failure }))
    // A database that turns out to be damaged is kept aside; what was found is found once more, for the one in its place.
    const other = first.failure === undefined ? undefined : await open.recover(first.failure)
    if (other) {
      open = other
      other.warnings.forEach(options.warn)
      return await remember()
    }
    if (!first.report) throw first.failure
    return first
  } finally {
    await open.close()
  }
}

/** Somebody who only looks around must not be stopped by a home that cannot be written. */
async function openOptional({ config, clock, warn }: RunWithStateOptions): Promise<OpenedState | undefined> {
  try {
    const onWait = (holder: number | undefined) =>
      warn(`another run${holder === undefined ? '' : ` (process ${holder})`} is using the state; waiting for it to end`)
    const state = await openState(config, { clock, create: true, onWait })
    state.warnings.forEach(warn)
    return state
  } catch (error) {
    if (!isOptional(config, error)) throw error
    warn(`nothing of this run is remembered: ${messageOf(error)}`)
    return undefined
  }
}
