import { SourceError } from '../../core/errors.ts'
import {
  explainQuarantine,
  isQuarantined,
  type Suspect,
  suspectAfter,
  suspicionOf,
} from '../../core/plan-quarantine.ts'
import type { CheckResult } from '../../core/report.ts'
import type { PlannedCheck } from './protocol.ts'
import { PostponedError } from './steady-source.ts'

type Named = Pick<PlannedCheck, 'check' | 'version'>

/** What is held against checks, before an evaluation and after it. */
export class Reputation {
  readonly suspects: Record<string, Suspect>
  /** Checks that were put into quarantine meanwhile. */
  readonly quarantined: string[] = []
  readonly #clock: () => number
  /** Checks that were asked alone and gave no answer, with what happened. */
  readonly #culprits = new Map<string, SourceError>()
  readonly #unasked = new Set<string>()

  constructor(suspects: Readonly<Record<string, Suspect>>, clock: () => number) {
    this.suspects = { ...suspects }
    this.#clock = clock
  }

  /** A check gave no answer when it was asked alone; without an error it was not asked. */
  noteUnanswered(check: string, error: unknown): void {
    if (error === undefined || error instanceof PostponedError) this.#unasked.add(check)
    else if (error instanceof SourceError && (error.failure === 'timeout' || error.failure === 'gone')) {
      this.#culprits.set(check, error)
    }
  }

  /** Whether it could not be asked, through no fault of its own. */
  wasPostponed(check: string): boolean {
    return this.#unasked.has(check)
  }

  isCulprit(check: string): boolean {
    return this.#culprits.has(check)
  }

  suspicionOf({ check, version }: Named): Suspect | undefined {
    return suspicionOf(this.suspects, check, version)
  }

  /** Whether it is to be left alone now. */
  isResting(check: Named): boolean {
    return isQuarantined(this.suspicionOf(check), this.#clock())
  }

  /** Until when it rests, where it was put into quarantine just now. */
  quarantineOf(check: string): { readonly until: number; readonly failures: number } | undefined {
    const { until, failures } = (this.quarantined.includes(check) && this.suspects[check]) || {}
    return until && failures ? { until, failures } : undefined
  }

  /** Holds it against a check that it gave no answer, and forgets what was held against one that did. */
  hold(result: CheckResult): CheckResult {
    const { check, version } = result
    const failure = this.#culprits.get(check)
    if (!failure) {
      if (result.verdict !== 'error') delete this.suspects[check]
      return result
    }
    const before = Object.hasOwn(this.suspects, check) ? this.suspects[check] : undefined
    const suspect = suspectAfter(before, { version, reason: failure.message, now: this.#clock() })
    this.suspects[check] = suspect
    if (suspect.until === null) return result
    this.quarantined.push(check)
    const reason = explainQuarantine(suspect)
    return { ...result, reason, reasons: [reason], error: reason }
  }
}
