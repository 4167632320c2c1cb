import { join } from 'node:path'
import { commitReport, fillStore, openStore, type reportCheck } from '../state/fill-store.ts'
import { makeFolder, type Ran, type RunOptions, runChecks } from './run-checks.ts'

export interface FilledState {
  readonly path: string
  readonly folder: string
  /** Runs a command on the state. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>
  /** Commits another report. */
  report(
    at: number,
    checks: readonly ReturnType<typeof reportCheck>[],
    asset?: Parameters<typeof commitReport>[3],
  ): Promise<void>
}

/** A state that remembers what fillStore writes, beginning at this time; an empty folder for it where `start` is absent. */
export async function makeState(start?: number): Promise<FilledState> {
  const folder = makeFolder()
  const path = join(folder, 'state.db')
  if (start !== undefined) await fillStore(path, start)
  return {
    path,
    folder,
    run: (args, options) => runChecks([...args, '--state', path], options),
    report: async (at, checks, asset) => {
      const { store } = await openStore(path, at)
      await commitReport(store, at, checks, asset)
      await store.close()
    },
  }
}
