import type { DefinitionWords } from '../core/definition-words.ts'
import type { PostureReport, WordedPosture } from '../core/posture-report.ts'
import type { CheckResult } from '../core/report.ts'
import { countOf, VERDICT_NAMES } from './describe.ts'
import { describeMoment, describeSpan } from './describe-time.ts'
import { listCounts } from './describe-waiver.ts'
import { isTroubled } from './order-results.ts'
import type { Paint } from './paint.ts'

/** Why nothing better is known than an error, or why it is not a pass. */
export function describeKnown({ unknown, reason, verdict, pruned }: WordedPosture): string | undefined {
  if (unknown) return unknown.reason || 'it could not be judged'
  if (reason !== null) return reason
  return pruned && isTroubled(verdict) ? 'the entry that told why was pruned or erased' : undefined
}

/** The last verdict before it could not be judged any more; undefined where that is what is told anyway. */
export function describeLast({ judged, unknown }: WordedPosture): string | undefined {
  if (!unknown || !judged) return undefined
  return `${VERDICT_NAMES[judged.verdict]}, since ${describeMoment(judged.since)}`
}

/** `24 checks on web-1: 3 failed, 10 passed`, painted. */
export function formatCounts({ checks, summary }: PostureReport, asset: string, paint: Paint): string {
  const words = listCounts(summary).map(({ style, text }) => paint(style, text))
  return `${paint('strong', `${countOf(checks.length, 'check')} on ${asset}:`)} ${words.join(', ')}`
}

/** How long something held: `for 2 hours`. */
export function describeLasting(since: number, until: number): string {
  return since > until ? 'from a clock that was ahead' : `for ${describeSpan(until - since)}`
}

/** A posture as the formats of results take it. */
export function toCheckResult(posture: WordedPosture): CheckResult {
  const { check, verdict, version, evidence, evidenceTotal, unknown, words, waiver, lapsed } = posture
  const reason = describeKnown(posture) ?? null
  return {
    check,
    title: titleOf(check, words),
    severity: words.severity ?? 'low',
    tags: words.tags,
    version,
    verdict,
    reason,
    reasons: reason === null ? [] : [reason],
    evidence: unknown ? [] : evidence,
    evidenceTotal: unknown ? 0 : evidenceTotal,
    error: unknown ? reason : null,
    why: words.why,
    fix: words.fix,
    clauses: [],
    ...(waiver && { waiver }),
    ...(lapsed && { lapsed }),
  }
}

/** A check whose words are not known is called by its id. */
export function titleOf(check: string, { title }: DefinitionWords): string {
  return title ?? check
}
