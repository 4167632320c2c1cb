import { toDeliverySummary } from '../../src/core/delivery-summary.ts'
import type { Event } from '../../src/core/event.ts'
import { createUuidOf } from '../../src/state/uuid-of.ts'
import { WEB_1 } from '../state/fill-store.ts'

/** A summary as a sink is given it. */
export function sampleSummary(start: number): Event {
  const summary = toDeliverySummary({
    sink: 'slack',
    cause: 'breaker',
    rate: { transitions: 500, per: 600 },
    tally: { check: '', start, count: 1700, open: false, first: '5c15f50e-432f-43fa-b169-40ea0b2957d1' },
    omission: {
      transitions: 1200,
      assets: 400,
      checks: [
        { check: 'host-firewall', transitions: 900, assets: 400 },
        { check: 'disk-encryption', transitions: 300, assets: 300 },
      ],
      checksTotal: 2,
      standingTotal: 1,
    },
    uuidOf: createUuidOf(),
  })
  const standing = [{ asset: { uuid: WEB_1.uuid, name: WEB_1.name }, check: 'host-firewall', verdict: 'fail' }]
  return { ...summary, meta: { ...summary.meta, standing } }
}
