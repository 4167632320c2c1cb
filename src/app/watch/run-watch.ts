import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config, Flags } from '../../config.ts'
import { KeelsonError, messageOf } from '../../core/errors.ts'
import { foldersOf } from '../library.ts'
import { statePathOf } from '../state.ts'
import { createSystemdNotifier } from './notify-systemd.ts'
import { startTicks } from './start-ticks.ts'
import { type WatchedFiles, watchFiles } from './watch-files.ts'
import { acquireWatchLock } from './watch-lock.ts'
import type { WatchLog } from './watch-log.ts'
import { Watcher, type WatcherOptions } from './watcher.ts'

/** Something that runs as long as the watch does, such as the delivery of events. */
export interface WatchService {
  start(): Promise<void>
  /** Told after each evaluation: there may be new entries in the ledger. */
  wake?(): void
  /** Told when the settings may be others. */
  reload?(): void
  /** Does what waits now, for so many milliseconds at most. */
  drain?(milliseconds: number): Promise<void>
  /** Ends soon; what is not done then is done by the next watch. */
  stop(): Promise<void>
}

export interface RunWatchOptions extends Pick<WatcherOptions, 'onEvaluated' | 'onFailure'> {
  /** The settings of the command line, and what they come to now. */
  readonly flags: Flags
  readonly config: Config
  readonly services: readonly WatchService[]
  readonly log: WatchLog
  readonly env: NodeJS.ProcessEnv
  /** Ends the watch. */
  readonly stop: AbortSignal
  /** Called with what is to be done on SIGHUP. */
  readonly onReload: (reload: () => void) => void
}

/** Milliseconds that everything has to end. */
const STOP = 4_000
/** Milliseconds between two looks at files whose changes nobody told of. */
const LOOK = 60_000

/** The file of a configuration's state. @throws KeelsonError when there is none */
export function requireStatePath(config: Config): string {
  const path = statePathOf(config)
  if (path !== undefined) return path
  throw new KeelsonError('usage', 'what is due is told by the state, and that is switched off', {
    hint: 'leave out --no-state (or state: false in keelson.yaml)',
  })
}

/** Watches until it is told to stop. @throws KeelsonError when it cannot begin: another one runs, or the checks are wrong */
export async function runWatch(options: RunWatchOptions): Promise<void> {
  const { config, services, log, env, stop, onReload } = options
  const state = requireStatePath(config)
  const lock = await acquireWatchLock(state)
  const systemd = createSystemdNotifier(env, (message) => log('warning', 'systemd', message))
  const files = [config.file ?? resolve('keelson.yaml')]
  let watched: WatchedFiles | undefined
  let followed = ''
  const follow = (folders: readonly string[]) => {
    // Begun anew only where it must be: what changes in between would be missed.
    if (folders.join('\n') === followed) return
    followed = folders.join('\n')
    watched?.close()
    watched = watchFiles({ folders, files, onChange: () => change('files of checks or settings have changed', false) })
  }
  const onUnforeseen = (error: unknown) =>
    log('error', 'unforeseen', `this should not have happened: ${messageOf(error)}`)
  const watcher = new Watcher({
    ...options,
    onUnforeseen,
    state,
    timeout: config.timeout,
    clock: Date.now,
    random: Math.random,
    onEvaluated: (evaluated, took) => {
      if (evaluated.folders) follow(evaluated.folders)
      for (const service of services) service.wake?.()
      options.onEvaluated?.(evaluated, took)
    },
  })
  const guard = (work: Promise<void>) => void work.catch(onUnforeseen)
  function change(why: string, all: boolean): void {
    log('info', 'reload', `${why}: reading the checks anew`)
    for (const service of services) service.reload?.()
    guard(watcher.reload({ all }))
  }
  let endTicks = () => {}
  const timers: NodeJS.Timeout[] = []
  try {
    if (stop.aborted) return
    log('info', 'start', `watching, with the state ${state}`, { state, pid: process.pid })
    follow(foldersOf(config))
    await Promise.all(services.map((service) => service.start()))
    onReload(() => change('SIGHUP', true))
    const stopped = new Promise<void>((done) => stop.addEventListener('abort', () => done(), { once: true }))
    await Promise.race([watcher.reload({ all: false }), stopped])
    const { unsound } = watcher.record
    if (unsound && !watcher.isReady) {
      throw new KeelsonError('watch/checks', `the checks cannot be used: ${unsound.message}`, {
        hint: 'checks lint shows what is wrong with them',
      })
    }
    systemd.notify('READY=1', `STATUS=watching ${watcher.record.plan.length} checks`)
    endTicks = startTicks({ onTick: () => guard(watcher.look()), clock: Date.now, random: Math.random })
    timers.push(setInterval(() => watched?.look(), LOOK))
    if (systemd.watchdog) timers.push(setInterval(() => systemd.notify('WATCHDOG=1'), systemd.watchdog / 3))
    await stopped
  } finally {
    endTicks()
    for (const timer of timers) clearInterval(timer)
    watched?.close()
    systemd.notify('STOPPING=1')
    const ends = [watcher.stop(), ...services.map((service) => service.stop())]
    await Promise.race([Promise.allSettled(ends), sleep(STOP)])
    lock.release()
    log('info', 'stop', 'stopped')
  }
}
