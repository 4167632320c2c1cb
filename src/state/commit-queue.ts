import type { AssetState, Batch, Changes } from '../core/state.ts'
import type { AssetKey, Committed } from '../core/store.ts'

export interface CommitJob {
  readonly asset: AssetKey
  readonly decide: (state: AssetState) => Changes
  readonly unchanged: Batch | undefined
  readonly resolve: (committed: Committed) => void
  readonly reject: (error: unknown) => void
}

/** Commits that share a transaction, and so one flush of the disk. */
const GROUP = 256

/** Commits that wait to be written, in groups, one after another. */
export class CommitQueue {
  readonly #write: (jobs: readonly CommitJob[]) => readonly CommitJob[]
  #waiting: CommitJob[] = []
  #flushing: Promise<void> | undefined

  /** `write` never throws, and gives back those that it left for the next group. */
  constructor(write: (jobs: readonly CommitJob[]) => readonly CommitJob[]) {
    this.#write = write
  }

  push(job: CommitJob): void {
    this.#waiting.push(job)
    this.#flushing ??= nextTurn().then(() => this.#flush())
  }

  /** Until nothing waits. */
  async drain(): Promise<void> {
    await this.#flushing
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const left = this.#write(this.#waiting.splice(0, GROUP))
      this.#waiting.unshift(...left)
      // Whoever waits for these may have more to add to the next group.
      await nextTurn()
    }
    this.#flushing = undefined
  }
}

function nextTurn(): Promise<void> {
  return new Promise((done) => setImmediate(done))
}
