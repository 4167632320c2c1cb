import { type AcceptanceState, describeScope, stateOf } from '../core/acceptance.ts'
import { toScopeMeta } from '../core/acceptance-event.ts'
import type { AnyAcceptance } from '../core/expiry.ts'
import { formatColumns } from './columns.ts'
import { describeMoment } from './describe-time.ts'

export interface AcceptanceTime {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Milliseconds before the end that count as expiring. */
  readonly notice: number
}

const ORDER: readonly AcceptanceState[] = ['expiring', 'active', 'pending', 'expired', 'revoked']

/** Waivers or attestations, a line each: what needs somebody first. */
export function formatAcceptances(acceptances: readonly AnyAcceptance[], { now, notice }: AcceptanceTime): string {
  const rows = acceptances
    .map((each) => ({ each, state: stateOf(each, now, notice) }))
    .sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state) || one.each.until - other.each.until)
    .map(({ each, state }) => [
      state,
      each.id,
      describeMoment(each.until),
      ...(each.kind === 'waiver'
        ? [each.checks.join(', '), describeScope(each.assets), each.risk, each.approver]
        : [`${each.framework} ${each.requirements.join(', ')}`, describeScope(each.assets), each.by]),
      each.origin === 'store' ? 'state' : `${each.origin.file}:${each.origin.line}`,
      each.kind === 'waiver' ? each.reason : each.statement,
    ])
  const [kind] = acceptances.map((each) => each.kind)
  const heading =
    kind === 'waiver'
      ? ['STATE', 'ID', 'UNTIL', 'CHECKS', 'ASSETS', 'RISK', 'APPROVER', 'KEPT IN', 'REASON']
      : ['STATE', 'ID', 'UNTIL', 'REQUIREMENTS', 'ASSETS', 'BY', 'KEPT IN', 'STATEMENT']
  return formatColumns([heading, ...rows])
}

/** The same for programs. Times are ISO 8601, UTC. */
export function toAcceptanceJson(acceptance: AnyAcceptance, { now, notice }: AcceptanceTime) {
  const { kind, id, assets, from, until, origin, given, revoked, ...rest } = acceptance
  const iso = (time: number) => new Date(time).toISOString()
  return {
    id,
    state: stateOf(acceptance, now, notice),
    ...rest,
    assets: toScopeMeta(assets),
    from: iso(from),
    until: iso(until),
    origin: origin === 'store' ? 'store' : `${origin.file}:${origin.line}`,
    given: given ? { at: iso(given.at), by: given.by } : null,
    revoked: revoked ? { at: iso(revoked.at), by: revoked.by, reason: revoked.reason } : null,
    kind,
  }
}
