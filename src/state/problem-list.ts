export interface LedgerProblem {
  /** The entry that it was found at; null when it concerns no single one. */
  readonly sequence: number | null
  readonly problem: string
}

/** Collects problems: all are counted, the first are kept. */
export class ProblemList {
  readonly #most: number
  readonly kept: LedgerProblem[] = []
  total = 0

  constructor(most: number) {
    this.#most = most
  }

  add(sequence: number | null, problem: string, count = 1): void {
    this.total += count
    if (this.kept.length < this.#most) this.kept.push({ sequence, problem })
  }

  addAll({ kept, total }: Pick<ProblemList, 'kept' | 'total'>): void {
    for (const { sequence, problem } of kept) this.add(sequence, problem)
    this.total += total - kept.length
  }
}
