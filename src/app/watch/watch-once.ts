import type { Config, Flags } from '../../config.ts'
import { EXIT, KeelsonError } from '../../core/errors.ts'
import { DeliveryService } from '../delivery/delivery-service.ts'
import { ExpiryService } from '../waivers/expiry-service.ts'
import { requireStatePath, type WatchService } from './run-watch.ts'
import { acquireWatchLock } from './watch-lock.ts'
import type { WatchLog } from './watch-log.ts'
import { Watcher } from './watcher.ts'

export interface WatchOnceOptions {
  readonly flags: Flags
  readonly config: Config
  readonly services: readonly WatchService[]
  readonly log: WatchLog
  readonly env: NodeJS.ProcessEnv
  /** Ends it early. */
  readonly stop: AbortSignal
}

/** Milliseconds that events may take to be delivered; the next one goes on. */
const DRAIN = 30_000

/** Evaluates what is due, once, with what an earlier watch on the state has left to it. @throws KeelsonError */
export async function watchOnce({ flags, config, log, env, stop, ...options }: WatchOnceOptions): Promise<void> {
  const state = requireStatePath(config)
  const services = [
    new DeliveryService({ flags, config, state, log, env }),
    new ExpiryService({ flags, config, state, log, clock: Date.now }),
    ...options.services,
  ]
  const lock = await acquireWatchLock(state)
  try {
    const { timeout } = config
    // Nobody is there later to tell of a source that stays lost.
    const watching = { flags, state, timeout, log, clock: Date.now, random: Math.random, grace: 0 }
    const watcher = new Watcher({ ...watching, onUnforeseen: () => {} })
    stop.addEventListener('abort', () => void watcher.stop(), { once: true })
    await Promise.all(services.map((service) => service.start()))
    await watcher.reload({ all: false })
    // A loss is recorded once it lasts, which here is at once.
    if (watcher.record.lost && !stop.aborted) await watcher.reload({ all: false })
    const stopped = new Promise<void>((done) => stop.addEventListener('abort', () => done(), { once: true }))
    if (!stop.aborted) await Promise.race([stopped, Promise.all(services.map((service) => service.drain?.(DRAIN)))])
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
