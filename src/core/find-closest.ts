/** Longer words are not compared: nobody misspells one key of a hundred letters. */
const LONGEST = 64

/**
 * The candidate that was probably meant by `word`, for "did you mean"; undefined when none is near.
 * Case, dashes and underscores do not count, so `ifEmpty` finds `if_empty`; a beginning such as `int` finds `integer`.
 */
export function findClosest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length === 0 || word.length > LONGEST) return undefined
  const wanted = simplify(word)
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of candidates) {
    if (candidate === word || candidate.length > LONGEST) continue
    const simple = simplify(candidate)
    const isBeginning = wanted.length >= 3 && simple.startsWith(wanted) && simple !== wanted
    if (!isBeginning && Math.abs(simple.length - wanted.length) >= bestDistance) continue
    // Of several beginnings the least unfinished one is meant.
    const distance = isBeginning ? 1 + (simple.length - wanted.length) / LONGEST : measureDistance(wanted, simple)
    // As many changes as there are letters would make anything of anything.
    if (distance < bestDistance && distance < simple.length) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function simplify(word: string): string {
  return word.toLowerCase().replaceAll(/[-_.\s]/g, '')
}

/** Letters added, removed, replaced or swapped with their neighbour (optimal string alignment). */
function measureDistance(left: string, right: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1]
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        cost = Math.min(cost, beforeLast[column - 2]! + 1)
      }
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return last[right.length]!
}
