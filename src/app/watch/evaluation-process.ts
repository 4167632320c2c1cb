import { type ChildProcess, fork } from 'node:child_process'
import type { EvaluationOrder, Outcome, Progress } from './protocol.ts'

const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './evaluator.ts' : './evaluator.js', import.meta.url)

/** As for every command: larger nurseries do not pay off in so short a time. */
const FLAGS = ['--semi-space-growth-factor=1']

/** Milliseconds that the process has to end by itself once it has said what it found. */
const GRACE = 2_000

/** Milliseconds between SIGTERM and SIGKILL. */
const MANNERS = 1_000

/** The process ended without an outcome. */
export interface Died {
  readonly kind: 'died'
  /** How, in words. */
  readonly message: string
  /** The checks that were being asked, with their versions. */
  readonly asking: Readonly<Record<string, string>>
}

export interface EvaluationProcessOptions {
  /** Milliseconds until it is killed. */
  readonly limit: number
  readonly onWaiting: (holder: number | undefined) => void
}

/** A process of its own for one evaluation. */
export class EvaluationProcess {
  readonly #child: ChildProcess
  readonly ended: Promise<Outcome | Died>

  constructor(order: EvaluationOrder, { limit, onWaiting }: EvaluationProcessOptions) {
    // 'advanced' carries bytes as they are.
    this.#child = fork(PROGRAM, {
      execArgv: FLAGS,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.ended = this.#wait(limit, onWaiting)
    this.#child.send(order, () => {})
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Ends it, whatever it does; what it had not committed is as if it had never been. */
  kill(): void {
    // Asked first, so that it can end what it has started; it hears nothing when it hangs.
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), MANNERS)
    this.#child.once('exit', () => clearTimeout(timer))
  }

  #wait(limit: number, onWaiting: EvaluationProcessOptions['onWaiting']): Promise<Outcome | Died> {
    let asking: Died['asking'] = {}
    let outcome: Outcome | undefined
    let late = false
    let timer = setTimeout(() => {
      late = true
      this.kill()
    }, limit)
    this.#child.on('message', (message: Outcome | Progress) => {
      if (message.kind === 'asking') asking = message.checks
      else if (message.kind === 'waiting') onWaiting(message.holder)
      else {
        outcome = message
        clearTimeout(timer)
        timer = setTimeout(() => this.kill(), GRACE)
      }
    })
    return new Promise((resolve) => {
      const end = (how: string) => {
        clearTimeout(timer)
        resolve(outcome ?? { kind: 'died', message: `the process that evaluates ${how}`, asking })
      }
      this.#child.once('error', (error) => end(`could not be started: ${error.message}`))
      this.#child.once('exit', (code, signal) => {
        const how = late ? `was ended after ${Math.round(limit / 1000)} s` : `ended with ${signal ?? `code ${code}`}`
        // What it said before its end may still be on its way.
        if (this.#child.connected) this.#child.once('disconnect', () => end(how))
        else end(how)
      })
    })
  }
}
