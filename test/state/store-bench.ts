import { onTestFinished } from 'vitest'
import type { ReportedCheck } from '../../src/core/state.ts'
import type { Committed, Store } from '../../src/core/store.ts'
import { commitReport, HOUR, type SampleOptions } from './fill-store.ts'

export interface OpenedStore {
  readonly store: Store
  /** Opens the same again, after it was closed. */
  reopen(): Promise<Store>
  /** Closes it, and removes all that it kept. */
  close(): Promise<void>
}

/** Opens a new and empty store, whose entries are recorded by the clock: milliseconds since 1970. */
export type OpenStore = (options: { readonly clock: () => number }) => Promise<OpenedStore>

export const START = Date.UTC(2026, 2, 4, 12)

export interface Bench {
  readonly store: Store
  readonly clock: { now: number }
  /** Commits a report so many hours after the start, as a run does. */
  readonly report: (hours: number, checks: readonly ReportedCheck[], options?: SampleOptions) => Promise<Committed>
  readonly reopen: () => Promise<Store>
}

/** A store for one test. */
export async function openBench(open: OpenStore): Promise<Bench> {
  const clock = { now: START }
  const opened = await open({ clock: () => clock.now })
  onTestFinished(() => opened.close())
  return {
    store: opened.store,
    clock,
    report: (hours, checks, options) => {
      clock.now = START + hours * HOUR
      return commitReport(opened.store, clock.now, checks, options)
    },
    reopen: () => opened.reopen(),
  }
}
