import { EVERY_ASSET } from '../../src/core/acceptance.ts'
import { type AcceptanceAct, toAcceptanceEntry } from '../../src/core/acceptance-event.ts'
import type { Attestation } from '../../src/core/attestation.ts'
import type { EntryDraft } from '../../src/core/event.ts'
import type { Waiver } from '../../src/core/waiver.ts'

export const DAY = 86_400_000
/** When the samples begin; they hold for 30 days. */
export const GIVEN = Date.UTC(2026, 2, 4)

export function sampleWaiver(more: Partial<Waiver> = {}): Waiver {
  return {
    kind: 'waiver',
    id: 'usb-in-the-lab',
    checks: ['usb-storage-disabled'],
    assets: EVERY_ASSET,
    reason: 'the instruments are read by USB',
    approver: 'Ann Example',
    risk: 'medium',
    from: GIVEN,
    until: GIVEN + 30 * DAY,
    origin: { file: '/etc/keelson/waivers/lab.yaml', line: 2, column: 5 },
    ...more,
  }
}

export function sampleAttestation(more: Partial<Attestation> = {}): Attestation {
  return {
    kind: 'attestation',
    id: 'training-2026',
    framework: 'nist-800-53@5',
    requirements: ['at-2', 'at-3*'],
    assets: EVERY_ASSET,
    by: 'Ann Example',
    statement: 'everybody was trained in February',
    from: GIVEN,
    until: GIVEN + 30 * DAY,
    origin: 'store',
    ...more,
  }
}

/** Everything that can happen to a waiver and to an attestation. */
export function sampleAcceptanceEntries(now: number): EntryDraft[] {
  const assets = { all: false, ids: [], names: ['lab-*'], labels: ['lab'] }
  const evidence = { file: 'training.pdf', sha256: 'a'.repeat(64) }
  const acceptances = [sampleWaiver({ assets, compensating: 'usb-guard' }), sampleAttestation({ evidence })]
  return acceptances.flatMap((acceptance) =>
    (['given', 'revoked', 'expiring', 'expired'] as const satisfies AcceptanceAct[]).map((act) =>
      toAcceptanceEntry({
        acceptance,
        act,
        now,
        ...(act === 'given' || act === 'revoked' ? { user: 'ann' } : {}),
        ...(act === 'revoked' ? { revocation: 'it was mended' } : {}),
      }),
    ),
  )
}
