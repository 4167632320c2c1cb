import type { AssetAcceptances } from '../../core/asset-acceptances.ts'
import type { PostureReport, WordedPosture } from '../../core/posture-report.ts'
import { summarize } from '../../core/report.ts'

/** What was known, with the waivers of its failures. Verdicts stay what they are. */
export function waivePosture(report: PostureReport, acceptances: AssetAcceptances, strict: boolean): PostureReport {
  const checks = report.checks.map((posture): WordedPosture => {
    return { ...posture, ...acceptances.notesOf(posture.check, posture.verdict, strict) }
  })
  return { ...report, checks, summary: summarize(checks) }
}
