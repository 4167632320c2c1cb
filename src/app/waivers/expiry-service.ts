import { existsSync } from 'node:fs'
import { type Config, type Flags, readConfig } from '../../config.ts'
import { messageOf } from '../../core/errors.ts'
import { findNextNotice } from '../../core/expiry.ts'
import { describeEvent } from '../../formats/describe-event.ts'
import { openState } from '../state.ts'
import type { WatchService } from '../watch/run-watch.ts'
import type { WatchLog } from '../watch/watch-log.ts'
import { openWaivers } from './open-waivers.ts'
import { joinAcceptances } from './read-acceptances.ts'
import { tellExpiries } from './waive-run.ts'

export interface ExpiryServiceOptions {
  readonly flags: Flags
  readonly config: Config
  /** The state's file. */
  readonly state: string
  readonly log: WatchLog
  readonly clock: () => number
  /** Called when there are new entries in the ledger. */
  readonly onTold?: () => void
}

/** Milliseconds between two looks at the clock, and after which others may have given something new. */
const TICK = 60_000
const HOUR = 3_600_000

/** Tells of waivers and attestations that end soon or have ended, for as long as the watch runs. */
export class ExpiryService implements WatchService {
  readonly #options: ExpiryServiceOptions
  #config: Config
  #lookedAt = 0
  #nextAt: number | undefined
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()

  constructor(options: ExpiryServiceOptions) {
    this.#options = options
    this.#config = options.config
  }

  async start(): Promise<void> {
    await this.#look()
    this.#timer = setInterval(() => this.#lookIfDue(), TICK).unref()
  }

  /** The first evaluation makes the state. */
  wake(): void {
    this.#lookIfDue()
  }

  async drain(): Promise<void> {
    this.#lookIfDue()
    await this.#looking
  }

  /** Files may be others now. */
  reload(): void {
    try {
      this.#config = readConfig(this.#options.flags)
    } catch {
      // Whoever reads the checks anew tells what is wrong with the settings.
    }
    void this.#look()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  #lookIfDue(): void {
    const now = this.#options.clock()
    // After a clock that went back, the last look may lie ahead.
    const isStale = now - this.#lookedAt >= HOUR || now < this.#lookedAt
    if (isStale || (this.#nextAt !== undefined && now >= this.#nextAt)) void this.#look()
  }

  #look(): Promise<void> {
    const { log } = this.#options
    this.#looking = this.#looking
      .then(() => this.#tell())
      .catch((error: unknown) =>
        log('warning', 'expiry', `which waivers and attestations end cannot be told: ${messageOf(error)}`),
      )
    return this.#looking
  }

  async #tell(): Promise<void> {
    const { state, clock, log, onTold } = this.#options
    // A damaged one is for the evaluation to mend, and a new one for it to make.
    if (!existsSync(state)) return
    const now = clock()
    const files = openWaivers(this.#config, {})
    const errors = files.diagnostics.filter(({ level }) => level === 'error')
    if (errors.length > 0) log('warning', 'expiry', 'files of waivers have errors: checks lint shows them')
    const { acceptances, close } = await openState({ ...this.#config, state }, { clock, create: false })
    try {
      const entries = await tellExpiries(this.#config, files, acceptances, now)
      this.#nextAt = findNextNotice(joinAcceptances(files, await acceptances.list()), now, this.#config.expiryNotice)
      this.#lookedAt = now
      for (const { event } of entries) {
        if (event) log(event.level === 'ERROR' ? 'error' : 'warning', 'change', describeEvent(event))
      }
      if (entries.length > 0) onTold?.()
    } finally {
      await close()
    }
  }
}
