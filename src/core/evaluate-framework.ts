import { SEVERITIES, type Severity } from './check.ts'
import { type Framework, listBelow, listChildren, type Requirement } from './framework.ts'
import type { Verdict } from './verdict.ts'

/**
 * What is known of a requirement on a machine.
 * - `met`: measured whole; each applicable check passes, at least one
 * - `supported`: measured partly, or with a warning; nothing fails, at least one check passes or warns
 * - `not_met`: a check fails, and nobody accepted that
 * - `waived`: checks fail, and each of these failures was accepted; it does not count as met
 * - `unknown`: a check could not be judged, or was not asked
 * - `attested`: no check says anything of it, and a person vouches for it
 * - `not_applicable`: none of its checks applies to this machine
 * - `unmeasured`: nothing says anything of it
 */
export const REQUIREMENT_STATUSES = [
  'not_met',
  'unknown',
  'waived',
  'supported',
  'met',
  'attested',
  'not_applicable',
  'unmeasured',
] as const
export type RequirementStatus = (typeof REQUIREMENT_STATUSES)[number]
export type StatusCounts = Readonly<Record<RequirementStatus, number>>

/** What is known of one check on the machine. */
export interface CheckFinding {
  /** Null: it was not asked. */
  readonly verdict: Verdict | null
  readonly severity: Severity
  /** Why its failure is accepted; absent where it is not. */
  readonly waived?: string
}

/** That a person vouches for a requirement. */
export interface AttestationNote {
  readonly by: string
  /** The last moment it holds, ISO 8601. */
  readonly until: string
  readonly statement?: string
}

export interface FrameworkFacts {
  /** Undefined for a check that says nothing of the machine's platform, or that the library lacks. */
  verdictOf(check: string): CheckFinding | undefined
  /** An attestation that holds now. */
  attestationOf?(requirement: string): AttestationNote | undefined
  /** Whether a warning counts as a failure. */
  readonly strict?: boolean
}

export interface RequirementResult {
  readonly requirement: Requirement
  /** Null for a heading. */
  readonly status: RequirementStatus | null
  /** Its checks that say something of the machine's platform. */
  readonly checks: readonly (CheckFinding & { readonly check: string })[]
  readonly attestation?: AttestationNote
  /** Of everything under it and itself, where something stands under it. */
  readonly below?: FrameworkTally
}

/** A share that is always told as its two numbers. `of` 0 means that there is nothing to tell. */
export interface Score {
  readonly reached: number
  readonly of: number
}

export interface FrameworkTally {
  readonly counts: StatusCounts
  /**
   * Requirements met or supported, of those that checks say something of. Attested, unmeasured and not applicable ones
   * are in neither number. Null for a framework whose list is not whole.
   */
  readonly score: Score | null
}

export interface FrameworkResult extends FrameworkTally {
  readonly framework: Framework
  readonly requirements: readonly RequirementResult[]
  /** Checks that pass, of those that apply, each counted once. Null for a framework whose list is not whole. */
  readonly severities: Readonly<Record<Severity, Score>> | null
}

/** Judges every requirement of a framework by what is known of its checks on one machine. */
export function evaluateFramework(framework: Framework, facts: FrameworkFacts): FrameworkResult {
  const own = new Map(framework.requirements.map((each) => [each.id, evaluateRequirement(each, facts)]))
  const children = listChildren(framework)
  const tally = (requirements: readonly Requirement[]): FrameworkTally => {
    const counts = countStatuses(requirements.map(({ id }) => own.get(id)?.status ?? null))
    return { counts, score: framework.partial === undefined ? scoreOf(counts) : null }
  }
  const requirements = framework.requirements.map((requirement): RequirementResult => {
    const result = own.get(requirement.id) as RequirementResult
    return children.has(requirement.id) ? { ...result, below: tally(listBelow(requirement, children)) } : result
  })
  return {
    framework,
    requirements,
    ...tally(framework.requirements),
    severities: framework.partial === undefined ? scoreSeverities(requirements) : null,
  }
}

function evaluateRequirement(requirement: Requirement, facts: FrameworkFacts): RequirementResult {
  const checks = requirement.checks.flatMap((check) => {
    const finding = facts.verdictOf(check)
    return finding ? [{ check, ...finding }] : []
  })
  const attestation = requirement.heading ? undefined : facts.attestationOf?.(requirement.id)
  return {
    requirement,
    status: requirement.heading
      ? null
      : statusOf(requirement, checks, attestation !== undefined, facts.strict ?? false),
    checks,
    ...(attestation && { attestation }),
  }
}

function statusOf(
  { measure }: Requirement,
  findings: readonly CheckFinding[],
  attested: boolean,
  strict: boolean,
): RequirementStatus {
  const failing = findings.filter(({ verdict }) => verdict === 'fail' || (strict && verdict === 'warn'))
  if (failing.some(({ waived }) => waived === undefined)) return 'not_met'
  // What could not be seen may hide a failure that nobody accepted.
  if (findings.some(({ verdict }) => verdict === 'error' || verdict === null)) return 'unknown'
  if (failing.length > 0) return 'waived'
  const applicable = findings.filter(({ verdict }) => verdict !== 'not_applicable')
  if (applicable.length > 0) {
    const whole = measure === 'measured' && applicable.every(({ verdict }) => verdict === 'pass')
    return whole ? 'met' : 'supported'
  }
  if (attested) return 'attested'
  return findings.length > 0 ? 'not_applicable' : 'unmeasured'
}

function countStatuses(statuses: readonly (RequirementStatus | null)[]): StatusCounts {
  const counts = Object.fromEntries(REQUIREMENT_STATUSES.map((status) => [status, 0])) as Record<
    RequirementStatus,
    number
  >
  for (const status of statuses) if (status !== null) counts[status]++
  return counts
}

function scoreOf({ met, supported, not_met, waived, unknown }: StatusCounts): Score {
  const reached = met + supported
  return { reached, of: reached + not_met + waived + unknown }
}

function scoreSeverities(results: readonly RequirementResult[]): Readonly<Record<Severity, Score>> {
  const findings = new Map(results.flatMap(({ checks }) => checks.map((each) => [each.check, each] as const)))
  const applicable = [...findings.values()].filter(({ verdict }) => verdict !== 'not_applicable')
  const scores = SEVERITIES.map((severity) => {
    const own = applicable.filter((finding) => finding.severity === severity)
    return [severity, { reached: own.filter(({ verdict }) => verdict === 'pass').length, of: own.length }] as const
  })
  return Object.fromEntries(scores) as Record<Severity, Score>
}
