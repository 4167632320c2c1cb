import type { Config } from '../config.ts'
import type { CompiledCheck } from '../core/compiled.ts'
import { describeBatch } from '../core/describe-batch.ts'
import { diffReport } from '../core/diff.ts'
import { whyDue } from '../core/due.ts'
import { type Asset, type CheckResult, type ResultMemory, type RunReport, summarize } from '../core/report.ts'
import type { Source } from '../core/source.ts'
import type { AssetFacts, AssetState, CheckState } from '../core/state.ts'
import type { CheckPosture, LedgerEntry, Store } from '../core/store.ts'
import type { Verdict } from '../core/verdict.ts'
import { selectFrom } from './library.ts'
import { readRecurrence } from './recurrence.ts'
import { digestText, tagOfText, toAssetReport, toFacts } from './report-asset.ts'
import { isManual, type RunOptions, runChecks } from './run-checks.ts'
import type { Workbench } from './workbench.ts'

export interface RememberOptions extends RunOptions {
  readonly store: Store
  /** The file behind the store, to be named. */
  readonly path: string
  /** Whether checks that are not due are left out, and their last results shown. */
  readonly due: boolean
}

export interface Remembered {
  readonly report: RunReport
  /** Why it could not be remembered. */
  readonly failure: unknown
}

/**
 * Runs checks as runChecks does, commits what they found, and tells what is remembered of each: since when its verdict
 * holds, and what changed. When the commit fails, the report is what the run found, and the failure stands beside it.
 */
export async function rememberRun(source: Source, workbench: Workbench, options: RememberOptions): Promise<Remembered> {
  const { store, config, clock } = options
  const { ledger } = await store.head()
  let facts: AssetFacts | undefined
  let before: AssetState = { asset: null, checks: new Map() }
  const chooseDue = async (asset: Asset, checks: readonly CompiledCheck[]) => {
    facts = toFacts(asset, source.info.version, ledger)
    before = await store.read(facts)
    if (!options.due) return checks
    const context = { config, facts, before, upgradedAt: await findUpgrade(store, facts), now: clock() }
    return checks.filter((check) => isDue(check, context))
  }
  const report = await runChecks(source, workbench, { ...options, choose: chooseDue })
  if (!facts) return { report, failure: undefined }
  try {
    const entries = await commitReport(report, { ...options, facts, before })
    const known = await store.posture(facts, { at: clock(), now: clock() })
    const results = [
      ...report.results.map((result) => addMemory(result, known, entries, report.finishedAt)),
      ...showNotRun(report, known, options),
    ]
    const lastRunAt = latestOf(before)
    const memory = {
      state: options.path,
      lastRunAt: lastRunAt === null ? null : toIso(lastRunAt),
      entries: entries.length,
    }
    return { report: { ...report, results, summary: summarize(results), memory }, failure: undefined }
  } catch (failure) {
    return { report, failure }
  }
}

interface DueContext {
  readonly config: Config
  readonly facts: AssetFacts
  readonly before: AssetState
  /** When the system or osquery was last seen to be another one. */
  readonly upgradedAt: number
  readonly now: number
}

function isDue({ check, version }: CompiledCheck, context: DueContext): boolean {
  const { config, facts, before, upgradedAt, now } = context
  const own = before.checks.get(check.id)
  const state = own ?? check.formerly.map((id) => before.checks.get(id)).find(Boolean)
  // A check with another id is reported under it at once: its history follows.
  if (state && !own) return true
  const { asset } = before
  const isOther = asset !== null && (asset.os !== facts.os || asset.osquery !== facts.osquery)
  // A run of some checks may have told of the upgrade, and left the others as they were.
  const upgraded = isOther || (state !== undefined && state.seenAt < upgradedAt)
  const recurrence = readRecurrence(check.schedule ?? config.schedule, now)
  // Whoever names a check that is run by hand wants it now.
  const nextAt = recurrence.nextAfter(state?.seenAt ?? 0) ?? 0
  return whyDue({ state, version, nextAt, upgraded, now }) !== undefined
}

async function findUpgrade(store: Store, { uuid }: AssetFacts): Promise<number> {
  const updates = await store.events({ assets: [uuid], actions: ['ASSET_UPDATED'] })
  return updates.findLast(({ event }) => event?.changes?.os || event?.changes?.osquery)?.observedAt ?? 0
}

async function commitReport(
  report: RunReport,
  options: RememberOptions & { readonly facts: AssetFacts; readonly before: AssetState },
): Promise<readonly LedgerEntry[]> {
  const { store, clock } = options
  const observed = toAssetReport(report, { ...options, observedAt: clock() })
  // That a check has left the library is worth a report, also where nothing was due.
  const { expected } = observed
  const isGone = ({ check, removedAt }: CheckState) => removedAt === null && expected?.has(check) === false
  if (observed.checks.length === 0 && ![...options.before.checks.values()].some(isGone)) return []
  const batch = describeBatch(observed, { digest: digestText })
  const decide = (state: AssetState) => diffReport(state, observed, { batch, tagOf: tagOfText })
  return (await store.commit(observed.asset, decide, batch)).entries
}

function addMemory(
  result: CheckResult,
  known: readonly CheckPosture[],
  entries: readonly LedgerEntry[],
  observedAt: string,
): CheckResult {
  const posture = known.find(({ check }) => check === result.check)
  if (!posture) return result
  return {
    ...result,
    memory: { ...toMemory(posture), changed: findChange(result.check, entries), observedAt, due: true },
  }
}

function toMemory({ judged, unknown, seenAt }: CheckPosture) {
  const since = toIso(unknown?.since ?? judged?.since ?? seenAt ?? 0)
  return { since, judged: unknown && judged ? { verdict: judged.verdict, since: toIso(judged.since) } : null }
}

/** What an entry of this run says of a check's change; a first report changes nothing. */
function findChange(check: string, entries: readonly LedgerEntry[]): ResultMemory['changed'] {
  const events = entries.map(({ event }) => event)
  const event = events.find((each) => each?.action === 'ASSET_COMPLIANCE' && each.meta?.check === check)
  if (!event) return null
  const from = (event.changes?.verdict?.last ?? null) as Verdict | null
  const since = event.meta?.last_since
  return { from, since: typeof since === 'string' && from !== null ? toIso(Date.parse(since)) : null }
}

/** The last results of what was selected and not run: not due, or run by hand only. */
function showNotRun(report: RunReport, known: readonly CheckPosture[], options: RememberOptions): CheckResult[] {
  const { library, selection, config, due, all } = options
  const run = new Set(report.results.map(({ check }) => check))
  const meant = selectFrom(library, selection).filter((check) => !run.has(check.id))
  return meant.flatMap((check) => {
    const posture = known.find((each) => each.check === check.id)
    if (!posture?.seenAt || !(due || (!all && isManual(check, config)))) return []
    const { verdict, version, reason, unknown, evidence, evidenceTotal, seenAt } = posture
    const said = unknown ? unknown.reason : verdict === 'pass' ? null : reason
    const fix = check.platforms[report.asset.platform]?.fix ?? check.fix ?? null
    return {
      check: check.id,
      title: check.title,
      severity: check.severity,
      tags: check.tags,
      version,
      verdict,
      reason: said,
      reasons: said === null ? [] : [said],
      evidence: unknown ? [] : evidence,
      evidenceTotal: unknown ? 0 : evidenceTotal,
      error: unknown?.reason ?? null,
      why: check.why ?? null,
      fix,
      clauses: [],
      memory: { ...toMemory(posture), changed: null, observedAt: toIso(seenAt), due: false },
    }
  })
}

/** When the asset was last heard of. */
function latestOf({ checks }: AssetState): number | null {
  let latest: number | null = null
  for (const { seenAt } of checks.values()) latest = Math.max(latest ?? 0, seenAt)
  return latest
}

function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
