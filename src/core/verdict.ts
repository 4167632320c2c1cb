/** What a check says of an asset. `error` means that it could not be judged. */
export const VERDICTS = ['pass', 'warn', 'fail', 'error', 'not_applicable'] as const
export type Verdict = (typeof VERDICTS)[number]

export function isVerdict(value: unknown): value is Verdict {
  return VERDICTS.includes(value as Verdict)
}

/** Worst first: the first of these that is present is the combined verdict. */
export const WORST_FIRST: readonly Verdict[] = ['fail', 'error', 'warn', 'pass', 'not_applicable']
export const BEST_FIRST: readonly Verdict[] = ['pass', 'warn', 'error', 'fail', 'not_applicable']

/** Rows, and `all`: one unreadable part never hides a failing one. Nothing at all is not applicable. */
export function combineAll(verdicts: readonly Verdict[]): Verdict {
  return firstPresent(WORST_FIRST, verdicts)
}

/** `any`: one passing part is enough. Nothing at all is not applicable. */
export function combineAny(verdicts: readonly Verdict[]): Verdict {
  return firstPresent(BEST_FIRST, verdicts)
}

/** `not`: pass and fail change places; what is not known stays unknown. */
export function negate(verdict: Verdict): Verdict {
  if (verdict === 'pass') return 'fail'
  return verdict === 'fail' ? 'pass' : verdict
}

function firstPresent(order: readonly Verdict[], verdicts: readonly Verdict[]): Verdict {
  return order.find((verdict) => verdicts.includes(verdict)) ?? 'not_applicable'
}
