import { type Check, type Platform, SEVERITIES, type Severity } from './check.ts'

/** Which checks are meant; every part that is given must hold. */
export interface Selection {
  /** Ids or patterns with `*` and `?`; none means all. */
  readonly patterns: readonly string[]
  /** At least one of these tags. */
  readonly tags: readonly string[]
  /** This severity or a worse one. */
  readonly severity?: Severity | undefined
  readonly platform?: Platform | undefined
  /** Only these ids: what a profile or a framework means. */
  readonly only?: ReadonlySet<string> | undefined
}

export interface Selected {
  readonly checks: readonly Check[]
  /** Patterns that no check's id matches. */
  readonly unmatched: readonly string[]
}

export function selectChecks(
  checks: readonly Check[],
  { patterns, tags, severity, platform, only }: Selection,
): Selected {
  const globs = patterns.map((pattern) => ({ pattern, expression: toExpression(pattern) }))
  const least = severity === undefined ? 0 : SEVERITIES.indexOf(severity)
  return {
    checks: checks.filter(
      (check) =>
        (globs.length === 0 || globs.some(({ expression }) => expression.test(check.id))) &&
        (tags.length === 0 || tags.some((tag) => check.tags.includes(tag))) &&
        SEVERITIES.indexOf(check.severity) >= least &&
        (platform === undefined || check.platforms[platform] !== undefined) &&
        (only === undefined || only.has(check.id)),
    ),
    unmatched: globs
      .filter(({ expression }) => !checks.some(({ id }) => expression.test(id)))
      .map(({ pattern }) => pattern),
  }
}

/** What a pattern with `*` and `?` matches, as a whole. */
export function toExpression(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`)
}
