import type { AcceptedFailure } from '../core/compliance-report.ts'
import type { Summary } from '../core/report.ts'
import { type Verdict, WORST_FIRST } from '../core/verdict.ts'
import type { LapsedWaiver } from '../core/waiver.ts'
import { VERDICT_WORDS } from './describe.ts'
import { describeMoment } from './describe-time.ts'

// Everything here answers plain text as it was found; whoever prints it escapes it.

interface Noted {
  readonly waiver?: AcceptedFailure
  readonly lapsed?: LapsedWaiver
}

/** Until when a failure is accepted, by whom and why; or why it is not. */
export function describeWaiver({ waiver, lapsed }: Noted): string | undefined {
  if (waiver) {
    const { until, approver, reason, id } = waiver
    return `until ${describeMoment(Date.parse(until))}, approved by ${approver}: ${reason} (${id})`
  }
  return lapsed && `${lapsed.id} does not hold: ${lapsed.why}`
}

export interface Count {
  readonly style: Verdict | 'waived'
  readonly count: number
  readonly text: string
}

/** How many have each verdict, worst first; accepted failures stand apart. Nothing that there is none of, except failures. */
export function listCounts(summary: Summary): Count[] {
  const { waived = 0 } = summary
  const told = WORST_FIRST.filter((verdict) => summary[verdict] > 0 || verdict === 'fail')
  const counts = told.map((verdict): Count => {
    const style = verdict === 'fail' && summary.fail === 0 ? 'pass' : verdict
    return { style, count: summary[verdict], text: `${summary[verdict]} ${VERDICT_WORDS[verdict]}` }
  })
  // Beside the failures, so that a glance at these does not miss it.
  return waived > 0 ? counts.toSpliced(1, 0, { style: 'waived', count: waived, text: `${waived} waived` }) : counts
}
