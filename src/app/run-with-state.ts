import type { AssetAcceptances } from '../core/asset-acceptances.ts'
import { KeelsonError, messageOf } from '../core/errors.ts'
import type { Source } from '../core/source.ts'
import { rememberParamData } from './param-data.ts'
import { type Remembered, rememberRun } from './remember-run.ts'
import { type RunOptions, runChecks } from './run-checks.ts'
import { isOptional, type OpenedState, openState } from './state.ts'
import { tellExpiries, type WaiverFiles, waiveRun } from './waivers/waive-run.ts'
import type { Workbench } from './workbench.ts'

export interface RunWithStateOptions extends RunOptions {
  /** Waivers and attestations that stand in files; those in the state join them. */
  readonly files?: WaiverFiles
  readonly due: boolean
  /** Tells a person what they should know of the state. */
  readonly warn: (text: string) => void
}

/** Runs checks with the state that the configuration names, or without one where none is wanted or can be kept. */
export async function runWithState(
  source: Source,
  workbench: Workbench,
  options: RunWithStateOptions,
): Promise<WaivedRemembered> {
  const unwanted = options.config.state === false
  if (unwanted && options.due) {
    throw new KeelsonError('usage', 'what is due is told by the state, and that is switched off', {
      hint: 'leave out --due, or --no-state (state: false in keelson.yaml)',
    })
  }
  const state = unwanted ? undefined : await openOptional(options)
  if (!state) return waive({ report: await runChecks(source, workbench, options), failure: undefined }, options)
  const unremembered = await rememberParamData(options.config, options.clock())
  if (unremembered !== undefined) options.warn(unremembered)
  let open = state
  const remember = async () => {
    const remembered = await rememberRun(source, workbench, { ...options, store: open.store, path: open.path })
    return waive(remembered, options, open)
  }
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

export interface WaivedRemembered extends Remembered {
  /** What people accepted and vouched for on this machine; absent where it could not be read. */
  readonly acceptances?: AssetAcceptances
}

const NO_FILES: WaiverFiles = { waivers: [], attestations: [] }

/** What cannot be read accepts nothing: failures count, and why stands beside them. */
async function waive(
  remembered: Remembered,
  { files = NO_FILES, config, clock }: RunWithStateOptions,
  state?: OpenedState,
): Promise<WaivedRemembered> {
  const { report, failure } = remembered
  try {
    const now = clock()
    const waived = await waiveRun(report, { files, strict: config.strict, now, ...(state && { state }) })
    if (!state || failure !== undefined) return { ...waived, failure }
    const untold = await tellExpiries(config, files, state.acceptances, now).then(
      () => undefined,
      (error: unknown) => error,
    )
    return { ...waived, failure: untold }
  } catch (error) {
    return { report, failure: failure ?? error }
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
