import { describe, expect, it } from 'vitest'
import type { AcceptanceStore, NewAcceptance } from '../../src/core/acceptance-store.ts'
import type { ExpiryNotice } from '../../src/core/expiry.ts'
import type { Store } from '../../src/core/store.ts'
import { DAY, GIVEN, sampleAttestation, sampleWaiver } from '../core/sample-acceptances.ts'

export interface AcceptanceBench {
  readonly store: Store
  readonly acceptances: AcceptanceStore
  /** The same state, opened once more as by another process. */
  reopen(): Promise<{ readonly acceptances: AcceptanceStore; close(): Promise<void> }>
}

const ann = { user: 'ann', now: GIVEN }

function newOf({ id: _, origin: __, given, revoked, ...rest }: ReturnType<typeof sampleWaiver>): NewAcceptance {
  expect([given, revoked]).toEqual([undefined, undefined])
  return rest
}

function newAttestation(): NewAcceptance {
  const { id: _, origin: __, given, revoked, ...rest } = sampleAttestation()
  expect([given, revoked]).toEqual([undefined, undefined])
  return rest
}

/** What every store of waivers and attestations must do, whatever it is made of. */
export function describeAcceptanceContract(name: string, open: () => Promise<AcceptanceBench>): void {
  const actionsOf = async ({ store }: AcceptanceBench) =>
    (await store.events({})).map(({ event }) => event?.action).filter((action) => !action?.startsWith('LEDGER_'))

  describe(`${name}: waivers and attestations`, () => {
    it('keeps what is given, names it, and tells the ledger who gave it', async () => {
      const bench = await open()
      const waiver = await bench.acceptances.give(newOf(sampleWaiver()), ann)
      const attestation = await bench.acceptances.give(newAttestation(), { user: 'bob', now: GIVEN + 1 })
      expect(waiver).toEqual({
        ...sampleWaiver({ id: waiver.id, origin: 'store', given: { at: GIVEN, by: 'ann' } }),
      })
      expect(waiver.id).toMatch(/^waiver-\d+$/)
      expect(attestation.id).toMatch(/^attestation-\d+$/)
      expect(await bench.acceptances.list()).toEqual([waiver, attestation])
      expect(await actionsOf(bench)).toEqual(['WAIVER_GRANTED', 'ATTESTATION_GIVEN'])
      const [granted] = await bench.store.events({ actions: ['WAIVER_GRANTED'] })
      expect(granted?.event).toMatchObject({
        user: { name: 'ann' },
        meta: { waiver: waiver.id, assets: { all: true } },
      })
    })

    it('takes back once what is known, and keeps that it held', async () => {
      const bench = await open()
      const { id } = await bench.acceptances.give(newOf(sampleWaiver()), ann)
      const back = { user: 'bob', now: GIVEN + DAY, reason: 'it was mended' }
      expect(await bench.acceptances.revoke('attestation', id, back)).toBe('unknown')
      expect(await bench.acceptances.revoke('waiver', id, back)).toBe('revoked')
      expect(await bench.acceptances.revoke('waiver', id, back)).toBe('already')
      const [waiver] = await bench.acceptances.list()
      expect(waiver?.revoked).toEqual({ at: GIVEN + DAY, by: 'bob', reason: 'it was mended' })
      expect(await actionsOf(bench)).toEqual(['WAIVER_GRANTED', 'WAIVER_REVOKED'])
    })

    it('is never revoked before it was given, whatever the clock says', async () => {
      const { acceptances } = await open()
      const { id } = await acceptances.give(newOf(sampleWaiver()), ann)
      await acceptances.revoke('waiver', id, { user: 'ann', now: GIVEN - DAY, reason: 'again' })
      expect((await acceptances.list())[0]?.revoked?.at).toBe(GIVEN)
    })

    it('tells once that something ends soon and once that it has ended, also what stands in a file', async () => {
      const bench = await open()
      const notice = (stage: ExpiryNotice['stage']): ExpiryNotice => ({ acceptance: sampleWaiver(), stage })
      for (let times = 0; times < 3; times++) await bench.acceptances.tell([notice('expiring')], GIVEN + 20 * DAY)
      for (let times = 0; times < 3; times++) await bench.acceptances.tell([notice('expired')], GIVEN + 31 * DAY)
      expect(await actionsOf(bench)).toEqual(['WAIVER_EXPIRING', 'WAIVER_EXPIRED'])
      // Its end is another one: that is news.
      const longer = sampleWaiver({ until: GIVEN + 60 * DAY })
      await bench.acceptances.tell([{ acceptance: longer, stage: 'expiring' }], GIVEN + 50 * DAY)
      expect(await actionsOf(bench)).toEqual(['WAIVER_EXPIRING', 'WAIVER_EXPIRED', 'WAIVER_EXPIRING'])
    })

    it('does not tell that something ends soon once its end was told: a clock may go back', async () => {
      const bench = await open()
      await bench.acceptances.tell([{ acceptance: sampleAttestation(), stage: 'expired' }], GIVEN + 31 * DAY)
      expect(await bench.acceptances.tell([{ acceptance: sampleAttestation(), stage: 'expiring' }], GIVEN)).toEqual([])
      expect(await actionsOf(bench)).toEqual(['ATTESTATION_EXPIRED'])
    })

    it('tells once, however many processes ask for it at the same time', async () => {
      const bench = await open()
      const others = await Promise.all([bench.reopen(), bench.reopen()])
      const notices: ExpiryNotice[] = [{ acceptance: sampleWaiver(), stage: 'expired' }]
      const told = await Promise.all(
        [bench, ...others].map(({ acceptances }) => acceptances.tell(notices, GIVEN + 31 * DAY)),
      )
      expect(told.flat()).toHaveLength(1)
      expect(await actionsOf(bench)).toEqual(['WAIVER_EXPIRED'])
      for (const other of others) await other.close()
    })
  })
}
