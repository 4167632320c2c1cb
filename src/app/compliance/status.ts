import { nameOf } from '../../core/event.ts'
import { sinceOf } from '../../core/posture-report.ts'
import type { TableRow } from '../../sql/table.ts'
import { listPostures, toSeconds } from './postures.ts'
import type { StateTable } from './tables.ts'

/** What is known now of each check. */
export const complianceStatus: StateTable = {
  name: 'compliance_status',
  async read(store, context, now) {
    const rows: TableRow[] = []
    for await (const { asset, checks } of listPostures(store, context, now)) {
      for (const posture of checks) {
        const { check, verdict, judged, unknown, seenAt, words, reason, evidence, evidenceTotal } = posture
        rows.push({
          check_id: check,
          title: words.title,
          severity: words.severity,
          verdict,
          judged: judged?.verdict ?? null,
          since: toSeconds(sinceOf(posture)),
          judged_since: toSeconds(judged?.since),
          seen_at: toSeconds(seenAt),
          reason: unknown?.reason ?? reason,
          evidence: context.uses('evidence') ? JSON.stringify(evidence) : null,
          evidence_total: evidenceTotal,
          version: posture.version,
          sequence: posture.sequence,
          asset_uuid: asset.uuid,
          asset_name: nameOf(asset),
        })
      }
    }
    return rows
  },
}
