import type { Config, Flags } from '../../config.ts'
import { EXIT, KeelsonError } from '../../core/errors.ts'
import { requireStatePath, type WatchService } from './run-watch.ts'
import { acquireWatchLock } from './watch-lock.ts'
import type { WatchLog } from './watch-log.ts'
import { Watcher } from './watcher.ts'

export interface WatchOnceOptions {
  readonly flags: Flags
  readonly config: Config
  readonly services: readonly WatchService[]
  readonly log: WatchLog
  /** Ends it early. */
  readonly stop: AbortSignal
}

/** Evaluates what is due, once, with what an earlier watch on the state has left to it. @throws KeelsonError */
export async function watchOnce({ flags, config, services, log, stop }: WatchOnceOptions): Promise<void> {
  const state = requireStatePath(config)
  const lock = await acquireWatchLock(state)
  try {
    const { timeout } = config
    // Nobody is there later to tell of a source that stays lost.
    const options = { flags, state, timeout, log, clock: Date.now, random: Math.random, grace: 0 }
    const watcher = new Watcher({ ...options, onUnforeseen: () => {} })
    stop.addEventListener('abort', () => void watcher.stop(), { once: true })
    await Promise.all(services.map((service) => service.start()))
    await watcher.reload({ all: false })
    // A loss is recorded once it lasts, which here is at once.
    if (watcher.record.lost && !stop.aborted) await watcher.reload({ all: false })
    for (const service of services) service.wake?.()
    const { lost, unsound, retryAt, errors } = watcher.record
    await Promise.all([watcher.stop(), ...services.map((service) => service.stop())])
    if (unsound && !watcher.isReady) {
      throw new KeelsonError('watch/checks', `the checks cannot be used: ${unsound.message}`, {
        hint: 'checks lint shows what is wrong with them',
      })
    }
    if (lost || retryAt !== null) {
      throw new KeelsonError('watch/failed', `not everything that is due was judged: ${errors[0]?.message}`, {
        exit: EXIT.unjudged,
        hint: 'checks doctor tells more of the source',
      })
    }
  } finally {
    lock.release()
  }
}
