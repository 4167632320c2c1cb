import { KeelsonError } from '../../core/errors.ts'

// Loads SQLite's driver.
const loadLock = async () => (await import('../../state/run-lock.ts')).RunLock

/** Milliseconds to wait for a watch that is just ending, or for somebody who only looks whether there is one. */
const PATIENCE = 1_000

export interface WatchLock {
  release(): void
}

/** Takes the place of the one watch on a state. Runs, which take turns with its evaluations, do not need it. @throws KeelsonError */
export async function acquireWatchLock(state: string): Promise<WatchLock> {
  const RunLock = await loadLock()
  const patience = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const onWait = (holder: number | undefined) => {
    const who = holder === undefined ? '' : ` (process ${holder})`
    const error = new KeelsonError('watch/running', `another watch${who} is running on the state ${state}`, {
      hint: 'checks watch --status tells more; a state has one watch at a time',
    })
    timer = setTimeout(() => patience.abort(error), PATIENCE)
  }
  try {
    return await RunLock.acquire(lockPathOf(state), { onWait, signal: patience.signal })
  } finally {
    clearTimeout(timer)
  }
}

/** The process of the watch that runs on a state; undefined when none does. */
export async function findWatch(state: string): Promise<number | undefined> {
  return (await loadLock()).holderOf(lockPathOf(state))
}

function lockPathOf(state: string): string {
  return `${state}.watch`
}
