/**
 * Keelson as a library: load checks, compile them, ask a source, judge, remember, and read what was recorded.
 *
 *     import { loadChecks, openSource, openState } from 'keelson'
 *
 *     const checks = await loadChecks({ folders: ['./checks'] })
 *     const source = await openSource()
 *     const state = await openState('./state.db')
 *     const report = await checks.run(source, { state })
 *     const events = await state.events({ since: Date.now() - 3_600_000 })
 *
 * Whatever cannot be done throws a KeelsonError with a code, a message and mostly a hint.
 */
import {
  listTables,
  openSource as openConfiguredSource,
  openState as openConfiguredState,
  openLibrary,
  openWorkbench,
  planBatches,
  rememberRun,
  requireSound,
  runChecks,
  selectFrom,
} from './app.ts'
import { type Config, makeConfig, readSource } from './config.ts'
import { assess as assessLeaves } from './core/assess.ts'
import type { Check, Effect, Library, Platform } from './core/check.ts'
import type { CompiledCheck } from './core/compiled.ts'
import { KeelsonError } from './core/errors.ts'
import type { Judgement } from './core/judge.ts'
import type { RunReport } from './core/report.ts'
import type { Selection } from './core/select.ts'
import type { Source } from './core/source.ts'
import type { Store } from './core/store.ts'

export type { Check, Platform, Severity } from './core/check.ts'
export type { CompiledCheck } from './core/compiled.ts'
export { describeBatch } from './core/describe-batch.ts'
export { diffReport } from './core/diff.ts'
export { KeelsonError, SourceError } from './core/errors.ts'
export type { EntryDraft, Event, Level } from './core/event.ts'
export type { Judgement } from './core/judge.ts'
export type { CheckResult, RunReport } from './core/report.ts'
export type { Source, SourceInfo } from './core/source.ts'
export type { AssetReport, AssetState, Changes, ReportedCheck } from './core/state.ts'
export type { CheckPosture, EventQuery, LedgerEntry, Store } from './core/store.ts'
export type { Verdict } from './core/verdict.ts'

export interface LoadOptions {
  /** Folders of YAML; later ones replace what has the same id. */
  readonly folders?: readonly string[]
  /** Whether the built-in library comes first; true when absent. */
  readonly builtIn?: boolean
  /** Values of parameters, by check id. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Effects that checks may have; none when absent. */
  readonly effects?: readonly Effect[]
  /** When checks that say nothing of it are due; `1d` when absent. */
  readonly schedule?: string
}

export interface RunOptions {
  /** Ids or patterns; all checks when absent. */
  readonly checks?: readonly string[]
  readonly tags?: readonly string[]
  /** Where the report is remembered; absent: nowhere. */
  readonly state?: Store
  /** Only what is due; needs a state. */
  readonly due?: boolean
  /** Also what is run by hand only. */
  readonly all?: boolean
  /** Milliseconds for one query; 30,000 when absent. */
  readonly timeout?: number
  /** Milliseconds since 1970; the system's clock when absent. */
  readonly clock?: () => number
}

/** Checks that were loaded and are sound. */
export interface Checks {
  readonly list: readonly Check[]
  /** A check made ready for a platform. @throws KeelsonError when it has no such id or platform */
  compile(id: string, platform: Platform): CompiledCheck
  /** The same as one statement of osquery SQL. */
  statement(id: string, platform: Platform): string
  /** Evaluates the source's machine, and commits what it found when a state is given. */
  run(source: Source, options?: RunOptions): Promise<RunReport>
}

/** Loads checks. @throws KeelsonError (ContentError) with every problem of the files */
export async function loadChecks(options: LoadOptions = {}): Promise<Checks> {
  const { folders = [], builtIn = true, params = {}, effects = [], schedule = '1d' } = options
  const config = makeConfig({ checks: folders, library: builtIn, params, effects, schedule })
  const library = requireSound(openLibrary(config))
  const workbench = await openWorkbench(config, library)
  return {
    list: library.checks,
    compile: (id, platform) => workbench.compile(findCheck(library, id, platform), platform),
    statement: (id, platform) => workbench.statement(findCheck(library, id, platform), platform),
    run: async (source, given = {}) => {
      const { checks = [], tags = [], state, timeout = 30_000, due = false, all = false, clock = Date.now } = given
      const selection: Selection = { patterns: checks, tags }
      const how = { config: { ...config, timeout }, library, selection, all, clock }
      if (!state) {
        if (due) throw new KeelsonError('usage', 'due needs a state', { hint: 'give one: openState(path)' })
        return runChecks(source, workbench, how)
      }
      const { report, failure } = await rememberRun(source, workbench, { ...how, store: state, path: '', due })
      if (failure !== undefined) throw failure
      return report
    },
  }
}

function findCheck(library: Library, id: string, platform: Platform): Check {
  const [check] = selectFrom(library, { patterns: [id], tags: [] })
  if (check?.platforms[platform]) return check
  throw new KeelsonError('no-platform', `${id} says nothing of ${platform}`)
}

/** Asks a source for compiled checks and judges its answers, in their order. Failures of the source are verdicts. */
export async function assess(source: Source, checks: readonly CompiledCheck[], timeout = 30_000): Promise<Judgement[]> {
  // Where that cannot be asked, the checks themselves will tell why.
  const tables = await listTables(source, timeout).catch(() => undefined)
  return assessLeaves(source, checks, { plan: planBatches, tables, timeout })
}

export interface SourceOptions {
  /** osquery's extension socket. */
  readonly socket?: string
  /** What may answer; `auto` when absent: osquery's socket, else an osqueryi that is started, else the embedded engine. */
  readonly kind?: Config['source']
  /** Milliseconds for one query. */
  readonly timeout?: number
}

/** Opens what answers SQL on this machine; close it when done. @throws KeelsonError */
export async function openSource({ socket, kind, timeout = 30_000 }: SourceOptions = {}): Promise<Source> {
  const source = kind === undefined ? (socket === undefined ? 'auto' : 'socket') : readSource(kind, 'kind')
  return (await openConfiguredSource(makeConfig({ source, socket, timeout }))).source
}

/** Opens a state, or makes it; close it when done. @throws KeelsonError */
export async function openState(path: string, clock: () => number = Date.now): Promise<Store> {
  return (await openConfiguredState(makeConfig({ state: path }), { clock, create: true })).store
}
