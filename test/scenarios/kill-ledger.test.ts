import { expect, it } from 'vitest'
import { killRounds } from '../../bench/soak/kill-rounds.ts'
import { makeFolder } from './run-checks.ts'

it('loses, doubles and leaves nothing behind, however often whoever writes the ledger is killed', async () => {
  const tally = await killRounds({ folder: makeFolder(), times: 50, seed: 50, share: 25 })
  expect(tally.kills).toBe(50)
  // Or nothing would have been tried.
  expect(Math.min(tally.entries, tally.prunes, tally.backups)).toBeGreaterThan(0)
}, 120_000)
