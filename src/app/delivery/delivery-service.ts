import { statSync } from 'node:fs'
import { type Config, type Flags, readConfig } from '../../config.ts'
import { messageOf } from '../../core/errors.ts'
import { type DispatchedSink, Dispatcher } from '../../delivery/dispatcher.ts'
import { EVENT_FORMATS } from '../../formats/event-formats.ts'
import type { SqliteStore } from '../../state/sqlite-store.ts'
import type { WatchService } from '../watch/run-watch.ts'
import type { WatchLog } from '../watch/watch-log.ts'
import { type ConfiguredSink, requireSinks } from './configured-sinks.ts'

export interface DeliveryOptions {
  readonly flags: Flags
  readonly config: Config
  /** The state's file. */
  readonly state: string
  readonly log: WatchLog
  readonly env: NodeJS.ProcessEnv
}

/** Milliseconds between two looks at what other processes wrote. */
const LOOK = 1_000
/** Kilobytes of the database that are kept in memory. */
const CACHE = 4_000

/** What is open while there are sinks. */
interface Open {
  readonly store: SqliteStore
  readonly dispatcher: Dispatcher
  readonly dataVersion: () => unknown
  readonly inode: number
}

/** Delivers what the ledger holds to the sinks of keelson.yaml for as long as a watch runs. */
export class DeliveryService implements WatchService {
  readonly #options: DeliveryOptions
  #sinks: readonly ConfiguredSink[]
  #identity = ''
  #open: Open | undefined
  #timer: NodeJS.Timeout | undefined
  #seenVersion: unknown
  /** One change after another. */
  #changing: Promise<void> = Promise.resolve()
  #stopped = false
  /** Attempts that failed, by sink and reason. */
  readonly failures = new Map<string, number>()

  /** @throws SinksError for wrong settings */
  constructor(options: DeliveryOptions) {
    this.#options = options
    this.#sinks = this.#read(options.config)
  }

  async start(): Promise<void> {
    await this.#begin()
    this.#timer = setInterval(() => this.#look(), LOOK)
  }

  wake(): void {
    this.#open?.dispatcher.wake()
  }

  /** The settings may be others now. Those that are wrong are told of, and the ones before stay in use. */
  reload(): void {
    this.#change(async () => {
      const sinks = this.#read(readConfig(this.#options.flags))
      if (identityOf(sinks) === this.#identity) return
      this.#options.log(
        'info',
        'delivery',
        `the sinks have changed: ${sinks.map(({ name }) => name).join(', ') || 'none'}`,
      )
      await this.#end()
      this.#sinks = sinks
      await this.#begin()
    })
  }

  /** Delivers what waits, for so many milliseconds at most. */
  async drain(milliseconds: number): Promise<void> {
    const dispatcher = this.#open?.dispatcher
    if (!dispatcher) return
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds)
    })
    dispatcher.wake()
    await Promise.race([dispatcher.settled(), limit])
    clearTimeout(timer)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await this.#changing
    await this.#end()
  }

  #read(config: Config): readonly ConfiguredSink[] {
    const { env, log } = this.#options
    const { sinks, diagnostics } = requireSinks(config, env)
    for (const { message, place } of diagnostics) log('warning', 'delivery', `${place.file}:${place.line}: ${message}`)
    return sinks
  }

  #change(work: () => Promise<void>): void {
    this.#changing = this.#changing
      .then(() => (this.#stopped ? undefined : work()))
      .catch((error) => this.#options.log('error', 'delivery', messageOf(error)))
  }

  async #begin(): Promise<void> {
    this.#identity = identityOf(this.#sinks)
    if (this.#sinks.length === 0) return
    const { state, log } = this.#options
    const { openOrRecover } = await import('../../state/recover.ts')
    const { SqliteDeliveries } = await import('../../state/sqlite-deliveries.ts')
    const { SqliteGovernor } = await import('../../state/sqlite-governor.ts')
    const { SqliteFilters } = await import('../../state/sqlite-filters.ts')
    const { createUuidOf } = await import('../../state/uuid-of.ts')
    const { store, warning } = await openOrRecover(state, { clock: Date.now, locked: false })
    if (warning) log('warning', 'delivery', warning)
    store.db.pragma(`cache_size = -${CACHE}`)
    const filters = new SqliteFilters(store.db)
    const { ledger } = await store.head()
    const uuidOf = createUuidOf()
    const sinks = this.#sinks.map((sink): DispatchedSink => {
      const { name, kind, format, exclude, governor, begin } = sink
      const policy = () => ({
        exclude: [...exclude, ...filters.list().map(({ filter }) => filter)],
        alarms: filters.alarms(),
      })
      return {
        name,
        begin,
        governor,
        policy,
        uuidOf,
        batch: kind.batch,
        perCheck: kind.forPeople === true || format === 'ocsf',
        format: (event) => EVENT_FORMATS[format](event, { ledger }),
        sink: sink.open({ clock: Date.now, log: (message) => log('info', 'delivery', message, { sink: name }) }),
        onChange: (failure) =>
          failure
            ? log('warning', 'delivery', `sink ${name}: ${failure.message}`, { sink: name, reason: failure.reason })
            : log('info', 'delivery', `sink ${name}: delivering again`, { sink: name }),
        onFailure: ({ reason }) => {
          const key = `${name} ${reason}`
          this.failures.set(key, (this.failures.get(key) ?? 0) + 1)
        },
      }
    })
    const onTrouble = (name: string, message: string) =>
      log('error', 'delivery', `sink ${name}: the state cannot be used: ${message}`, { sink: name })
    const dispatcher = new Dispatcher({
      sinks,
      store: new SqliteDeliveries(store.db),
      memory: new SqliteGovernor(store.db),
      clock: Date.now,
      random: Math.random,
      onTrouble,
    })
    const dataVersion = store.db.prepare('PRAGMA data_version').pluck()
    this.#open = { store, dispatcher, dataVersion: () => dataVersion.get(), inode: inodeOf(state) }
    dispatcher.start()
  }

  async #end(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    await open?.dispatcher.stop()
    await open?.store.close()
  }

  /** Whether another process wrote something: entries, filters, or what an operator did to a sink. */
  #look(): void {
    const open = this.#open
    if (!open) return
    // A damaged state was put aside, or a backup took its place.
    if (inodeOf(this.#options.state) !== open.inode) {
      this.#change(async () => {
        await this.#end()
        await this.#begin()
      })
      return
    }
    try {
      const version = open.dataVersion()
      if (version === this.#seenVersion) return
      this.#seenVersion = version
      open.dispatcher.wake()
    } catch (error) {
      this.#options.log('warning', 'delivery', `the state cannot be read: ${messageOf(error)}`)
    }
  }
}

function identityOf(sinks: readonly ConfiguredSink[]): string {
  return JSON.stringify(sinks.map(({ name, identity }) => [name, identity]))
}

function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0
}
