import type { CheckHistory } from '../core/check-history.ts'
import { nameOf, toWire } from '../core/event.ts'
import { type PostureReport, sinceOf, type WordedPosture } from '../core/posture-report.ts'
import type { KnownAsset } from '../core/store.ts'

const toIso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())

/** What is known of an asset, for programs. Times are ISO 8601, UTC. */
export function toPostureJson({ asset, at, knownSince, checks, summary }: PostureReport) {
  return {
    asset: toAssetJson(asset),
    at: toIso(at),
    ...(checks.length === 0 ? { knownSince: toIso(knownSince) } : {}),
    checks: checks.map(toCheckJson),
    summary,
  }
}

function toCheckJson(posture: WordedPosture) {
  const { check, verdict, judged, unknown, seenAt, version, definition, words, sequence, pruned } = posture
  const { reason, evidence, evidenceTotal, waiver, lapsed } = posture
  return {
    check,
    title: words.title,
    severity: words.severity,
    tags: words.tags,
    verdict,
    since: toIso(sinceOf(posture)),
    ...(waiver && { waiver }),
    ...(lapsed && { lapsed }),
    judged: judged && { verdict: judged.verdict, since: toIso(judged.since) },
    unknown: unknown && { reason: unknown.reason, since: toIso(unknown.since) },
    confirmedAt: toIso(seenAt),
    reason,
    evidence,
    evidenceTotal,
    why: words.why,
    fix: words.fix,
    schedule: words.schedule,
    params: words.params,
    version,
    definition,
    document: words.document,
    sequence,
    pruned,
  }
}

export function toAssetJson(asset: KnownAsset) {
  const { uuid, name, givenName, platform, os, osquery, owner, team, company, labels } = asset
  const { firstSeenAt, lastSeenAt } = asset
  return {
    uuid,
    name: nameOf(asset),
    givenName,
    reportedName: name || null,
    platform: platform || null,
    os: os || null,
    osquery: osquery || null,
    owner,
    team,
    company,
    labels,
    firstSeenAt: toIso(firstSeenAt),
    lastSeenAt: toIso(lastSeenAt),
  }
}

/** Everything that is remembered of a check, for programs. Times are ISO 8601, UTC; spans are seconds. */
export function toHistoryJson({ check, asset, steps, current, words, lost }: CheckHistory) {
  return {
    check: check.id,
    formerly: check.formerly,
    title: words.title,
    asset: toAssetJson(asset),
    current: current && {
      verdict: current.verdict,
      since: toIso(sinceOf(current)),
      confirmedAt: toIso(current.seenAt),
      unknown: current.unknown && { reason: current.unknown.reason, since: toIso(current.unknown.since) },
    },
    steps: steps.map(({ sequence, at, until, verdict, turns, silent, reason, event }) => ({
      sequence,
      at: toIso(at),
      until: turns || silent ? toIso(until) : null,
      seconds: (turns || silent) && until !== null && until >= at ? Math.round((until - at) / 1000) : null,
      kind: silent ? 'silence' : turns ? 'verdict' : 'other',
      verdict: silent ? null : verdict,
      reason,
      event: event && toWire({ sequence, event }),
    })),
    lost,
  }
}
