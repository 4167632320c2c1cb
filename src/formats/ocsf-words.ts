import type { Severity } from '../core/check.ts'
import type { Verdict } from '../core/verdict.ts'
import type { FindingChange } from './event-facts.ts'

export const OCSF_VERSION = '1.9.0'

/** An identifier of the schema and its caption, which always go together. */
export type Coded = readonly [id: number, caption: string]

export const UNKNOWN: Coded = [0, 'Unknown']
export const INFORMATIONAL: Coded = [1, 'Informational']
export const CRITICAL: Coded = [5, 'Critical']
export const SEVERITY: Readonly<Record<Severity, Coded>> = {
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: CRITICAL,
}
export const ACTIVITY: Readonly<Record<FindingChange, Coded>> = {
  opened: [1, 'Create'],
  updated: [2, 'Update'],
  closed: [3, 'Close'],
}

// The schema's own Warning means that information was missing, which is not what a check that warns says.
export const COMPLIANCE: Readonly<Record<Verdict, Coded>> = {
  pass: [1, 'Pass'],
  warn: [99, 'Warn'],
  fail: [3, 'Fail'],
  error: UNKNOWN,
  not_applicable: [99, 'Not applicable'],
}
export const NEW: Coded = [1, 'New']
export const RESOLVED: Coded = [4, 'Resolved']
export const ARCHIVED: Coded = [5, 'Archived']
/** An accepted failure. */
export const SUPPRESSED: Coded = [3, 'Suppressed']

export function classify(given: { readonly category: Coded; readonly class: Coded; readonly activity: Coded }) {
  const [activity, activityName] = given.activity
  const [classUid, className] = given.class
  return {
    activity_id: activity,
    activity_name: activityName,
    category_uid: given.category[0],
    category_name: given.category[1],
    class_uid: classUid,
    class_name: className,
    type_uid: classUid * 100 + activity,
    // Of an activity that the schema does not know, the type's caption is Other.
    type_name: `${className}: ${activity === 99 ? 'Other' : activityName}`,
  }
}

export function coded(name: string, [id, caption]: Coded): Record<string, unknown> {
  return { [`${name}_id`]: id, [name]: caption }
}
