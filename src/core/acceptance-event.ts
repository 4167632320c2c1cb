import type { AssetScope } from './acceptance.ts'
import type { Attestation } from './attestation.ts'
import { type Action, type EntryDraft, type EventMeta, type Level, toTimestamp } from './event.ts'
import type { AnyAcceptance } from './expiry.ts'
import type { Waiver } from './waiver.ts'

/** What happened to a waiver or an attestation. */
export type AcceptanceAct = 'given' | 'revoked' | 'expiring' | 'expired'

const ACTION_OF = {
  waiver: {
    given: 'WAIVER_GRANTED',
    revoked: 'WAIVER_REVOKED',
    expiring: 'WAIVER_EXPIRING',
    expired: 'WAIVER_EXPIRED',
  },
  attestation: {
    given: 'ATTESTATION_GIVEN',
    revoked: 'ATTESTATION_REVOKED',
    expiring: 'ATTESTATION_EXPIRING',
    expired: 'ATTESTATION_EXPIRED',
  },
} as const satisfies Readonly<Record<AnyAcceptance['kind'], Readonly<Record<AcceptanceAct, Action>>>>

export const ACCEPTANCE_ACTIONS: readonly Action[] = Object.values(ACTION_OF).flatMap((acts) => Object.values(acts))

// What a person does knowingly is no reason to wake another; what ends by itself asks for somebody.
const LEVEL_OF: Readonly<Record<AcceptanceAct, Level>> = {
  given: 'INFO',
  revoked: 'INFO',
  expiring: 'WARNING',
  expired: 'ERROR',
}

export interface AcceptanceChange {
  readonly acceptance: AnyAcceptance
  readonly act: AcceptanceAct
  readonly now: number
  /** Whoever gave it or took it back. */
  readonly user?: string
  /** Why it was taken back. */
  readonly revocation?: string
}

/** The entry that tells of it. */
export function toAcceptanceEntry({ acceptance, act, now, user, revocation }: AcceptanceChange): EntryDraft {
  const own = acceptance.kind === 'waiver' ? toWaiverMeta(acceptance) : toAttestationMeta(acceptance)
  const { assets, from, until, origin } = acceptance
  return {
    action: ACTION_OF[acceptance.kind][act],
    level: LEVEL_OF[act],
    observedAt: now,
    changes: null,
    meta: {
      ...own,
      assets: toScopeMeta(assets),
      from: toTimestamp(from),
      until: toTimestamp(until),
      file: origin === 'store' ? null : origin.file.split(/[/\\]/).at(-1),
      ...(revocation === undefined ? {} : { revocation }),
    },
    ...(user === undefined ? {} : { user }),
  }
}

function toWaiverMeta({ id, checks, reason, approver, risk, compensating }: Waiver): EventMeta {
  return { waiver: id, checks, reason, approver, risk, compensating: compensating ?? null }
}

function toAttestationMeta({ id, framework, requirements, by, statement, evidence }: Attestation): EventMeta {
  return { attestation: id, framework, requirements, by, statement, proof: evidence ?? null }
}

/** Only what is said. */
export function toScopeMeta({ all, ids, names, labels }: AssetScope): EventMeta {
  if (all) return { all }
  const said = Object.entries({ ids, names, labels }).filter(([, values]) => values.length > 0)
  return Object.fromEntries(said)
}
