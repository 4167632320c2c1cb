import { expect, it } from 'vitest'
import { deliveryRounds } from '../../bench/soak/delivery-rounds.ts'
import { makeFolder } from './run-checks.ts'

it('brings every event, in order and under its UUID, however often whoever delivers is killed and the receiver fails', async () => {
  const tally = await deliveryRounds({ folder: makeFolder(), times: 30, seed: 30 })
  expect(tally.kills).toBe(30)
  // Or nothing would have been tried.
  expect(Math.min(tally.entries, tally.failed, tally.repeated)).toBeGreaterThan(0)
}, 120_000)
