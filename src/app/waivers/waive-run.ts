import type { Config } from '../../config.ts'
import type { LoadedWaivers } from '../../content/load-waivers.ts'
import type { AcceptanceStore } from '../../core/acceptance-store.ts'
import { type AssetAcceptances, acceptancesOf } from '../../core/asset-acceptances.ts'
import { type AnyAcceptance, listNotices } from '../../core/expiry.ts'
import { type CheckResult, type RunReport, summarize } from '../../core/report.ts'
import type { LedgerEntry, Store } from '../../core/store.ts'
import { toFacts } from '../report-asset.ts'
import { joinAcceptances, needsVerdicts, toScoped } from './read-acceptances.ts'

export type WaiverFiles = Pick<LoadedWaivers, 'waivers' | 'attestations'>

export interface WaiveOptions {
  readonly files: WaiverFiles
  /** Absent for a run without state. */
  readonly state?: { readonly store: Store; readonly acceptances: AcceptanceStore }
  readonly strict: boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface WaivedRun {
  readonly report: RunReport
  /** What holds of the machine that was run on. */
  readonly acceptances: AssetAcceptances
}

/** A run's report with the waivers of its failures. Verdicts stay what they are. */
export async function waiveRun(report: RunReport, options: WaiveOptions): Promise<WaivedRun> {
  const { files, state, strict } = options
  const all = joinAcceptances(files, (await state?.acceptances.list()) ?? [])
  const acceptances = await readRun(report, all, options)
  if (all.length === 0) return { report, acceptances }
  const results = report.results.map((result): CheckResult => {
    return { ...result, ...acceptances.notesOf(result.check, result.verdict, strict) }
  })
  return { report: { ...report, results, summary: summarize(results) }, acceptances }
}

async function readRun(
  { asset, source, results }: RunReport,
  all: readonly AnyAcceptance[],
  { state, now }: WaiveOptions,
): Promise<AssetAcceptances> {
  const verdicts = new Map(results.map(({ check, verdict }) => [check, verdict]))
  const verdictOf = (check: string) => verdicts.get(check) ?? null
  const unknown = { uuid: asset.uuid, names: [asset.name], labels: [] }
  if (!state || all.length === 0) return acceptancesOf(all, { asset: unknown, at: now, verdictOf })
  const { uuid } = toFacts(asset, source.version, (await state.store.head()).ledger)
  const known = (await state.store.assets()).find((each) => each.uuid === uuid)
  if (!known) return acceptancesOf(all, { asset: { ...unknown, uuid }, at: now, verdictOf })
  // What this run did not ask, an earlier one may have.
  const before = needsVerdicts(all) ? await state.store.posture(known, { at: now, now }) : []
  for (const { check, verdict } of before) if (!verdicts.has(check)) verdicts.set(check, verdict)
  const checks = await state.store.checks()
  return acceptancesOf(all, { asset: toScoped(known), at: now, verdictOf, checks })
}

/** Records what ends soon and what has ended, once each. Answers the new entries. */
export async function tellExpiries(
  { expiryNotice }: Pick<Config, 'expiryNotice'>,
  files: WaiverFiles,
  acceptances: AcceptanceStore,
  now: number,
): Promise<readonly LedgerEntry[]> {
  const all = joinAcceptances(files, await acceptances.list())
  const notices = listNotices(all, now, expiryNotice)
  return notices.length === 0 ? [] : acceptances.tell(notices, now)
}
