import type { AssetAcceptances } from '../../core/asset-acceptances.ts'
import { type Check, isSeen, type Library, type Platform } from '../../core/check.ts'
import {
  type ComplianceReport,
  compareItems,
  type ReportedItem,
  type TrendPoint,
} from '../../core/compliance-report.ts'
import { evaluateFramework } from '../../core/evaluate-framework.ts'
import type { Framework } from '../../core/framework.ts'
import { sinceOf, type WordedPosture } from '../../core/posture-report.ts'
import type { KnownAsset, Store } from '../../core/store.ts'
import { NO_TRACK, type Track, trackRecords } from '../../core/track-record.ts'
import { readPosture } from '../posture.ts'
import { readEvents } from '../read-events.ts'

export interface ReportQuestion {
  readonly asset: KnownAsset
  /** Milliseconds since 1970; now when absent. */
  readonly at?: number | undefined
  /** From where on history is told. */
  readonly since: number
  readonly now: number
  readonly library: Library
  readonly frameworks: readonly Framework[]
  readonly version: string
  readonly strict?: boolean
  /** What people accepted and vouched for at the time of the report. */
  readonly acceptances?: AssetAcceptances
}

/** Points of the trend: enough to see a slope, few enough to be asked quickly. */
const POINTS = 30

/** Everything that a report tells, from the state and the library. @throws KeelsonError */
export async function gatherReport(store: Store, question: ReportQuestion): Promise<ComplianceReport> {
  const { asset, at = question.now, now, library, version } = question
  const since = Math.max(question.since, asset.firstSeenAt)
  const posture = await readPosture(store, { asset, selection: { patterns: [], tags: [] }, at: question.at, now })
  const tracks = await readTracks(store, asset, since, at)
  const checks = new Map(library.checks.map((check) => [check.id, check]))
  const known = posture.checks.map((one) => toItem(one, checks.get(one.check), asset.platform, tracks, question))
  const asked = new Set(known.map(({ check }) => check))
  const unasked = library.checks
    .filter((check) => !asked.has(check.id) && Object.hasOwn(check.platforms, asset.platform))
    .map((check) => toUnasked(check, asset.platform))
  const items = [...known, ...unasked].sort(compareItems)
  const byCheck = new Map(items.map((item) => [item.check, item]))
  const frameworks = question.frameworks.map((framework) =>
    evaluateFramework(framework, {
      verdictOf: (check) => {
        const item = byCheck.get(check)
        if (!item) return undefined
        const { verdict, severity, waiver } = item
        return { verdict, severity, ...(waiver && { waived: waiver.reason }) }
      },
      attestationOf: (requirement) => question.acceptances?.attestationOf(framework, requirement),
      strict: question.strict ?? false,
    }),
  )
  const trend = await readTrend(store, asset, { since, at, now })
  const { sequence, hash } = await store.head()
  return { asset, at, madeAt: now, since, items, frameworks, trend, ledger: { sequence, hash }, version }
}

function toItem(
  posture: WordedPosture,
  check: Check | undefined,
  platform: string,
  tracks: ReadonlyMap<string, Track>,
  { acceptances, strict = false }: Pick<ReportQuestion, 'acceptances' | 'strict'>,
): ReportedItem {
  const { words, verdict, judged, unknown, evidence, evidenceTotal } = posture
  const notes = acceptances?.notesOf(posture.check, verdict, strict) ?? {}
  return {
    check: posture.check,
    title: words.title ?? check?.title ?? posture.check,
    // Definitions of long ago may not say it; then it must not look harmless.
    severity: words.severity ?? check?.severity ?? 'critical',
    tags: words.tags,
    verdict,
    since: sinceOf(posture),
    judged: verdict === 'error' ? judged : null,
    confirmedAt: posture.seenAt,
    reason: unknown?.reason ?? posture.reason,
    evidence,
    evidenceTotal,
    why: words.why ?? check?.why ?? null,
    fix: words.fix ?? check?.fix ?? null,
    // A check of another library says nothing of where it was seen.
    unseen: check !== undefined && !isSeen(check.platforms[platform as Platform]?.verified),
    ...notes,
    track: tracks.get(posture.check) ?? NO_TRACK,
  }
}

function toUnasked(check: Check, platform: string): ReportedItem {
  const clause = check.platforms[platform as Platform]
  return {
    check: check.id,
    title: check.title,
    severity: check.severity,
    tags: check.tags,
    verdict: null,
    since: null,
    judged: null,
    confirmedAt: null,
    reason: null,
    evidence: [],
    evidenceTotal: 0,
    why: check.why ?? null,
    fix: clause?.fix ?? check.fix ?? null,
    unseen: !isSeen(clause?.verified),
    track: NO_TRACK,
  }
}

async function readTracks(store: Store, asset: KnownAsset, since: number, at: number) {
  const entries = []
  const query = { assets: [asset.uuid], actions: ['ASSET_COMPLIANCE'], since, until: at + 1 }
  for await (const page of readEvents(store, query)) entries.push(...page.entries)
  return trackRecords(entries)
}

/** What was known at evenly spread times: silences and inabilities are in it as they were. */
async function readTrend(
  store: Store,
  asset: KnownAsset,
  { since, at, now }: { readonly since: number; readonly at: number; readonly now: number },
): Promise<TrendPoint[]> {
  const points: TrendPoint[] = []
  for (let index = 1; index <= POINTS; index++) {
    const time = Math.round(since + ((at - since) * index) / POINTS)
    const known = await store.posture(asset, { at: time, now })
    const count = (...verdicts: readonly string[]) => known.filter(({ verdict }) => verdicts.includes(verdict)).length
    if (known.length === 0) continue
    points.push({ at: time, passing: count('pass', 'warn'), failing: count('fail'), unknown: count('error') })
  }
  return points
}
