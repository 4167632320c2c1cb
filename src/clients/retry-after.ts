/** A receiver may ask for this much patience and no more. */
export const LONGEST_RETRY_AFTER = 86_400_000

/**
 * Milliseconds that a `Retry-After` header (RFC 9110, 10.2.3) asks for: seconds, or a date in the form that HTTP
 * prefers. Undefined when it says nothing that is understood; at most a day.
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d{1,15}$/.test(text)) return Math.min(Number(text) * 1000, LONGEST_RETRY_AFTER)
  const at = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.min(Math.max(0, at - now), LONGEST_RETRY_AFTER)
}

const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
