import { describe } from 'vitest'
import type { OpenStore } from './store-bench.ts'
import { describeClocks } from './store-contract-clocks.ts'
import { describeCommits } from './store-contract-commits.ts'
import { describeConfirming } from './store-contract-confirming.ts'
import { describeEvents } from './store-contract-events.ts'
import { describePosture } from './store-contract-posture.ts'
import { describeRenames } from './store-contract-renames.ts'

/** What every store must do, whatever it is made of. */
export function describeStoreContract(name: string, open: OpenStore): void {
  describe(`${name}: what is committed`, () => describeCommits(open))
  describe(`${name}: what says the same again`, () => describeConfirming(open))
  describe(`${name}: events`, () => describeEvents(open))
  describe(`${name}: posture`, () => describePosture(open))
  describe(`${name}: checks that are renamed`, () => describeRenames(open))
  describe(`${name}: clocks that jump`, () => describeClocks(open))
}
