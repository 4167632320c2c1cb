import type { CompiledCheck } from './compiled.ts'
import { type Judgement, judge, type Observation } from './judge.ts'

/** Characters of answers that are remembered for one check. */
const ROOM = 32_768
/** Answers that are looked for first. */
const USUAL = 4

/**
 * Judges one check, settled for their osquery, for machine after machine, and gives what `make` makes of each
 * judgement. Most machines answer what others did, so that is remembered by the text of the answers, and forgotten all
 * at once when it has become too much. The same thing is then given to many: nobody may change it.
 */
export function createJudge<Made>(
  compiled: CompiledCheck,
  make: (judgement: Judgement) => Made,
  { room = ROOM }: { readonly room?: number } = {},
): (observations: readonly Observation[]) => Made {
  const known = new Map<string, Made>()
  let used = 0
  let usual: { readonly key: string; readonly made: Made }[] = []
  return (observations) => {
    const key = keyOf(observations, compiled.leaves.length)
    if (key === undefined) return make(judge(compiled, observations))
    // A long text is compared far sooner than it is looked up.
    for (const one of usual) if (one.key === key) return one.made
    const before = known.get(key)
    if (before !== undefined) {
      usual = [{ key, made: before }, ...usual].slice(0, USUAL)
      return before
    }
    const made = make(judge(compiled, observations))
    if (used + key.length > room) {
      known.clear()
      usual = []
      used = 0
    }
    if (key.length <= room) {
      known.set(key, made)
      used += key.length
    }
    return made
  }
}

/** Errors are seldom, and seldom the same: they are judged anew. So is whatever is not one answer for each leaf. */
function keyOf(observations: readonly Observation[], leaves: number): string | undefined {
  const [only] = observations
  if (observations.length !== leaves || !only) return undefined
  if (leaves === 1) return 'answer' in only ? only.answer : undefined
  let key = ''
  for (const observation of observations) {
    if (!observation || !('answer' in observation)) return undefined
    // Its length keeps two answers from passing for two others that were cut elsewhere.
    key += `${observation.answer.length}:${observation.answer}`
  }
  return key
}
