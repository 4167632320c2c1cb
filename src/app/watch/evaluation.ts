import type { Platform } from '../../core/check.ts'
import { SourceError } from '../../core/errors.ts'
import { explainQuarantine } from '../../core/plan-quarantine.ts'
import { type Asset, type CheckResult, summarize } from '../../core/report.ts'
import type { SourceInfo } from '../../core/source.ts'
import type { AssetFacts, AssetState } from '../../core/state.ts'
import type { Store } from '../../core/store.ts'
import { toFacts } from '../report-asset.ts'
import { runChecks, toUnasked } from '../run-checks.ts'
import { chooseAsset } from '../state.ts'
import type { Workbench } from '../workbench.ts'
import { commitFindings } from './commit-findings.ts'
import type { Content } from './content.ts'
import { openPinned } from './open-pinned.ts'
import { planChecks, versionsOf } from './plan-checks.ts'
import type { Change, DueCheck, Evaluated, EvaluationOrder, PlannedCheck, Progress } from './protocol.ts'
import { Reputation } from './reputation.ts'
import { type PostponedError, SteadySource, toPostponed } from './steady-source.ts'

/** Milliseconds that the source may be gone in the midst of questions: its watchdog has another one started. */
const PATIENCE = 10_000

export interface EvaluationContext extends Content {
  readonly workbench: Workbench
  readonly store: Store
  readonly clock: () => number
  readonly tell: (progress: Progress) => void
}

/** What was known of the asset when its checks were planned. */
interface Outlook {
  readonly facts: AssetFacts
  readonly before: AssetState
  readonly due: readonly DueCheck[]
}

/**
 * One evaluation of what is due. Checks of good repute are asked together; suspects are asked afterwards, one by one, so
 * that they take nobody's turn; those in quarantine are not asked, and recorded as not judged when they would be due.
 */
export class Evaluation {
  readonly #order: EvaluationOrder
  readonly #context: EvaluationContext
  readonly #reputation: Reputation
  readonly #changes: Change[] = []
  readonly #warnings: string[] = []
  readonly #done = new Set<string>()
  #source: SteadySource | undefined
  #lost: PostponedError | undefined
  #outlook: Outlook | undefined
  #judged = 0

  constructor(order: EvaluationOrder, context: EvaluationContext) {
    this.#order = order
    this.#context = context
    this.#reputation = new Reputation(order.suspects, context.clock)
  }

  async run(): Promise<Evaluated> {
    try {
      await this.#ask()
    } finally {
      await this.#source?.close().catch(() => {})
    }
    if (this.#lost && this.#order.recordLoss) await this.#recordLoss(this.#lost)
    const { facts } = this.#outlook ?? {}
    return {
      kind: 'evaluated',
      ...(facts && !this.#lost ? { asset: facts } : {}),
      ...(this.#source ? { source: this.#source.info } : {}),
      judged: this.#judged,
      changes: this.#changes,
      ...(this.#outlook ? { plan: await this.#planNext(this.#outlook) } : {}),
      suspects: this.#reputation.suspects,
      quarantined: this.#reputation.quarantined,
      owed: this.#findOwed(),
      lost: this.#lost && { message: this.#lost.message, hint: this.#lost.hint },
      warnings: this.#warnings,
    }
  }

  async #ask(): Promise<void> {
    let last: SourceInfo | undefined = this.#order.source
    const open = async () => {
      const { source, warnings } = await openPinned(this.#context.config, last)
      if (!this.#source) this.#warnings.push(...warnings)
      last = source.info
      return source
    }
    try {
      this.#source = await SteadySource.open({ open, budget: this.#order.budget, patience: PATIENCE })
    } catch (error) {
      this.#lost = toPostponed(error)
      return
    }
    const isSuspect = (check: DueCheck) => this.#reputation.suspicionOf(check) !== undefined
    try {
      await this.#pass((check) => !isSuspect(check))
      for (const suspect of this.#outlook?.due.filter((each) => each.why && isSuspect(each)) ?? []) {
        if (!this.#source.lost && !this.#done.has(suspect.check))
          await this.#pass(({ check }) => check === suspect.check)
      }
      await this.#source.settle()
      this.#lost = this.#source.lost
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      this.#lost = this.#source.lost ?? toPostponed(error)
    }
  }

  /** Asks some of what is due, and commits what it finds. */
  async #pass(isMeant: (check: DueCheck) => boolean): Promise<void> {
    const { workbench, tell } = this.#context
    const source = this.#source as SteadySource
    const wanted = new Set<string>()
    const versions = new Map<string, string>()
    const report = await runChecks(source, workbench, {
      ...this.#context,
      selection: { patterns: [], tags: [] },
      choose: async (asset, ready) => {
        for (const { check, version } of ready) versions.set(check.id, version)
        this.#outlook ??= await this.#look(asset, versions)
        for (const each of this.#outlook.due) {
          if (each.why && !this.#reputation.isResting(each) && isMeant(each)) wanted.add(each.check)
        }
        return ready.filter(({ check }) => wanted.has(check.id))
      },
      onAsk: (checks) =>
        tell({ kind: 'asking', checks: Object.fromEntries(checks.map((id) => [id, versions.get(id) ?? ''])) }),
      onUnanswered: (check, error) => this.#reputation.noteUnanswered(check, error),
    })
    const found = report.results.filter(({ check }) => wanted.has(check) && !this.#reputation.wasPostponed(check))
    const results = [...found.map((result) => this.#reputation.hold(result)), ...this.#findResting()]
    this.#judged += found.filter(({ verdict }) => verdict !== 'error').length
    this.#changes.push(...(await this.#commit({ ...report, results })))
    for (const { check } of results) this.#done.add(check)
  }

  /** What is due and in quarantine: it is not judged, and says so. */
  #findResting(): CheckResult[] {
    const { checks } = this.#context.library
    return (this.#outlook?.due ?? []).flatMap((planned) => {
      const suspect = this.#reputation.suspicionOf(planned)
      const check = checks.find(({ id }) => id === planned.check)
      if (!planned.why || !check || !suspect || !this.#reputation.isResting(planned)) return []
      if (this.#done.has(check.id) || this.#reputation.isCulprit(check.id)) return []
      return [toUnasked(check, 'error', explainQuarantine(suspect))]
    })
  }

  #commit(report: Parameters<typeof commitFindings>[0]): Promise<Change[]> {
    const { facts, before } = this.#outlook as Outlook
    return commitFindings(report, { ...this.#context, facts, before, reputation: this.#reputation })
  }

  async #look(asset: Asset, versions: ReadonlyMap<string, string>): Promise<Outlook> {
    const { ledger } = await this.#context.store.head()
    return this.#lookAt(toFacts(asset, this.#source?.info.version ?? '', ledger), versions)
  }

  async #lookAt(facts: AssetFacts, versions: ReadonlyMap<string, string>): Promise<Outlook> {
    const before = await this.#context.store.read(facts)
    const now = this.#context.clock()
    return { facts, before, due: planChecks({ ...this.#context, facts, before, versions, order: this.#order, now }) }
  }

  /** What is due cannot be judged, and this is recorded like anything else that is found. */
  async #recordLoss({ message }: PostponedError): Promise<void> {
    const { store, library, workbench, clock } = this.#context
    if (!this.#outlook) {
      const asset = await chooseAsset(store).catch(() => undefined)
      if (!asset) return
      this.#outlook = await this.#lookAt(asset, versionsOf(library, workbench, asset.platform as Platform))
    }
    const { facts, before, due } = this.#outlook
    const isTold = ({ check, why }: DueCheck) => why === 'owed' && before.checks.get(check)?.inability
    const untold = due.filter((each) => each.why && !this.#done.has(each.check) && !isTold(each))
    const ids = new Set(untold.map(({ check }) => check))
    const now = new Date(clock()).toISOString()
    const info = this.#source?.info ?? this.#order.source
    const changes = await this.#commit({
      asset: { ...facts, platform: facts.platform as Platform },
      source: info ?? { kind: 'socket', version: facts.osquery, preview: false, reportsUnreadable: false },
      startedAt: now,
      finishedAt: now,
      results: library.checks
        .filter(({ id }) => ids.has(id))
        .map((check) => toUnasked(check, 'error', `the source does not answer: ${message}`)),
      summary: summarize([]),
    })
    this.#changes.push(...changes)
  }

  /** What was due and got no answer that could be held against it. */
  #findOwed(): string[] {
    if (!this.#outlook) return [...this.#order.owed]
    const isOwed = ({ check, why }: DueCheck) =>
      why !== undefined && (!this.#done.has(check) || (this.#lost !== undefined && this.#reputation.isCulprit(check)))
    return this.#outlook.due.filter(isOwed).map(({ check }) => check)
  }

  /** When every check is due after this. */
  async #planNext({ facts, due }: Outlook): Promise<PlannedCheck[]> {
    const versions = new Map(due.map(({ check, version }) => [check, version]))
    const order = { all: false, owed: [] }
    const before = await this.#context.store.read(facts)
    const plan = planChecks({ ...this.#context, facts, before, versions, order, now: this.#context.clock() })
    return plan.map(({ why: _, ...planned }) => planned)
  }
}
