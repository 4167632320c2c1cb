import { SEVERITIES, type Severity } from './check.ts'
import type { Evidence } from './report.ts'
import type { Verdict } from './verdict.ts'

/** What is known of one check on one side of a comparison. */
export interface ComparedCheck {
  readonly check: string
  readonly title: string
  readonly severity: Severity
  readonly verdict: Verdict
  /** ISO 8601; null where nothing is remembered. */
  readonly since: string | null
  readonly reason: string | null
  readonly evidence: readonly Evidence[]
  readonly evidenceTotal: number
  /** Null where it is not told. */
  readonly version: string | null
  /** The waiver that accepts its failure, and its end. */
  readonly waiver: { readonly id: string; readonly until: string } | null
}

export interface ComparedSide {
  /** The asset's UUID, or its name where it has none. */
  readonly asset: string
  readonly name: string
  /** ISO 8601. */
  readonly at: string
  readonly checks: readonly ComparedCheck[]
}

/** What may differ of a check that both sides have. */
export const DIFFERENCES = ['verdict', 'waiver', 'since', 'reason', 'evidence', 'version'] as const
export type Difference = (typeof DIFFERENCES)[number]

/**
 * Which way a change leads: `worse`, `better`, `unknown` (it can no longer be judged), or `other` (what does not matter
 * to the verdict, or only whether the check applies).
 */
export const DIRECTIONS = ['worse', 'unknown', 'better', 'other'] as const
export type Direction = (typeof DIRECTIONS)[number]

export interface ChangedCheck {
  readonly check: string
  readonly direction: Direction
  readonly differs: readonly Difference[]
  readonly before: ComparedCheck
  readonly after: ComparedCheck
}

export interface RunComparison {
  readonly before: Omit<ComparedSide, 'checks'>
  readonly after: Omit<ComparedSide, 'checks'>
  /** Worst first. */
  readonly changed: readonly ChangedCheck[]
  readonly added: readonly ComparedCheck[]
  readonly removed: readonly ComparedCheck[]
  /** How many checks both sides have in the same state. */
  readonly same: number
}

export interface CompareOptions {
  /** Only verdicts and waivers count. */
  readonly onlyVerdicts?: boolean
}

/** Checks are matched by id; of several with one id, the first counts. */
export function compareRuns(
  before: ComparedSide,
  after: ComparedSide,
  { onlyVerdicts = false }: CompareOptions = {},
): RunComparison {
  const [old, young] = [indexChecks(before), indexChecks(after)]
  const both = [...young.values()].flatMap((check): ChangedCheck[] => {
    const earlier = old.get(check.check)
    if (!earlier) return []
    const differs = differencesOf(earlier, check, before.asset === after.asset)
    const counting = onlyVerdicts ? differs.filter((each) => each === 'verdict' || each === 'waiver') : differs
    return [
      { check: check.check, direction: directionOf(earlier, check), differs: counting, before: earlier, after: check },
    ]
  })
  const changed = both.filter(({ differs }) => differs.length > 0)
  return {
    before: headOf(before),
    after: headOf(after),
    changed: changed.sort(compareChanges),
    added: [...young.values()].filter(({ check }) => !old.has(check)).sort(compareChecks),
    removed: [...old.values()].filter(({ check }) => !young.has(check)).sort(compareChecks),
    same: both.length - changed.length,
  }
}

/** Whether there is any difference at all. */
export function isDifferent({ changed, added, removed }: RunComparison): boolean {
  return changed.length + added.length + removed.length > 0
}

function headOf({ asset, name, at }: ComparedSide): Omit<ComparedSide, 'checks'> {
  return { asset, name, at }
}

function indexChecks({ checks }: ComparedSide): ReadonlyMap<string, ComparedCheck> {
  const index = new Map<string, ComparedCheck>()
  for (const check of checks) if (!index.has(check.check)) index.set(check.check, check)
  return index
}

function differencesOf(before: ComparedCheck, after: ComparedCheck, sameAsset: boolean): Difference[] {
  const passing = before.verdict === 'pass' && after.verdict === 'pass'
  const turned = before.verdict !== after.verdict
  const differs: Readonly<Record<Difference, boolean>> = {
    verdict: turned,
    waiver: before.waiver?.id !== after.waiver?.id || before.waiver?.until !== after.waiver?.until,
    // A turn brings another time by itself, and two machines have each their own.
    since: sameAsset && !turned && before.since !== null && after.since !== null && before.since !== after.since,
    reason: before.reason !== after.reason,
    // Of what passes only a few examples are kept, which may be others each time.
    evidence: !passing && canonical(before) !== canonical(after),
    version: before.version !== null && after.version !== null && before.version !== after.version,
  }
  return DIFFERENCES.filter((each) => differs[each])
}

function canonical({ evidence, evidenceTotal }: ComparedCheck): string {
  const rows = evidence.map(({ found, verdict, clause, resource, reason }) =>
    JSON.stringify([verdict, clause, resource, reason, Object.entries(found).sort(byName)]),
  )
  return JSON.stringify([evidenceTotal, rows.sort()])
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}

/** How bad it is that a check stands so; what does not apply is as good as what passes. */
function badnessOf({ verdict, waiver }: ComparedCheck): number {
  if (verdict === 'fail') return waiver ? 2 : 4
  return { error: 3, warn: 1, pass: 0, not_applicable: 0 }[verdict]
}

function directionOf(before: ComparedCheck, after: ComparedCheck): Direction {
  if (after.verdict === 'error' && before.verdict !== 'error') return 'unknown'
  const worse = badnessOf(after) - badnessOf(before)
  return worse > 0 ? 'worse' : worse < 0 ? 'better' : 'other'
}

function compareChanges(one: ChangedCheck, other: ChangedCheck): number {
  return (
    DIRECTIONS.indexOf(one.direction) - DIRECTIONS.indexOf(other.direction) || compareChecks(one.after, other.after)
  )
}

/** The worst first: how it stands, how severe it is; then by id. */
function compareChecks(one: ComparedCheck, other: ComparedCheck): number {
  return (
    badnessOf(other) - badnessOf(one) ||
    SEVERITIES.indexOf(other.severity) - SEVERITIES.indexOf(one.severity) ||
    (one.check < other.check ? -1 : 1)
  )
}
