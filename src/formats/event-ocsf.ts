import type { Event, Level, Named } from '../core/event.ts'
import {
  type CheckFacts,
  compact,
  type EventContext,
  nameSubject,
  readCheckFacts,
  readCount,
  readText,
  restOf,
  sourceOf,
  summarizeEvent,
} from './event-facts.ts'
import {
  ACTIVITY,
  ARCHIVED,
  COMPLIANCE,
  type Coded,
  CRITICAL,
  classify,
  coded,
  INFORMATIONAL,
  NEW,
  OCSF_VERSION,
  RESOLVED,
  SEVERITY,
  UNKNOWN,
} from './ocsf-words.ts'

const SEVERITY_OF_LEVEL: Readonly<Record<Level, Coded>> = {
  INFO: INFORMATIONAL,
  WARNING: SEVERITY.medium,
  ERROR: SEVERITY.high,
  CRITICAL,
}

/**
 * An event as OCSF 1.9.0: what is said of one check as a Compliance Finding (class 2003), anything else as a Base
 * Event (class 0), which is the schema's place for events that it does not know. What it has no attribute for stands
 * in `unmapped`.
 */
export function toOcsf(event: Event, context: EventContext): object {
  const facts = readCheckFacts(event)
  return facts ? toFinding(event, facts, context) : toBaseEvent(event, context)
}

function toFinding(event: Event, facts: CheckFacts, context: EventContext): object {
  const { check, formerly, verdict, change, severity, version, reason, evidence } = facts
  const { item, asset } = event
  const status = verdict ? COMPLIANCE[verdict] : UNKNOWN
  const time = Date.parse(event.timestamp)
  const name = readText(item?.name)
  return {
    ...classify({ category: [2, 'Findings'], class: [2003, 'Compliance Finding'], activity: ACTIVITY[change] }),
    ...coded('severity', severityOf(event, facts)),
    ...coded('status', lifecycleOf(facts)),
    ...describe(event, context),
    finding_info: compact({
      uid: nameSubject(event, check),
      uid_alt: formerly && nameSubject(event, formerly),
      title: name,
      analytic: compact({ uid: check, name, version, ...coded('type', [1, 'Rule']) }),
      created_time: change === 'opened' ? time : undefined,
      modified_time: time,
    }),
    compliance: compact({
      ...coded('status', status),
      status_details: reason && [reason],
      checks: [
        compact({
          uid: check,
          name,
          version,
          ...(severity ? coded('severity', SEVERITY[severity]) : {}),
          ...coded('status', status),
        }),
      ],
    }),
    ...(evidence.length > 0 ? { evidences: evidence.map((row) => ({ data: row })) } : {}),
    ...(asset && isNamed(asset)
      ? { resources: [compact({ ...naming(asset), type: 'host', ...coded('role', [1, 'Target']) })] }
      : {}),
    unmapped: unmappedOf(event, ['check', 'severity', 'version', 'reason', 'evidence', 'os']),
  }
}

function toBaseEvent(event: Event, context: EventContext): object {
  return {
    ...classify({ category: [0, 'Uncategorized'], class: [0, 'Base Event'], activity: [99, event.action] }),
    ...coded('severity', SEVERITY_OF_LEVEL[event.level] ?? UNKNOWN),
    ...describe(event, context),
    unmapped: { ...unmappedOf(event, []), ...compact({ item: event.item }) },
  }
}

/** Who says it, when, of which machine, and who did it. */
function describe(event: Event, context: EventContext): object {
  const { uuid, action, user } = event
  const device = deviceOf(event)
  const actor = user && isNamed(user) ? { user: naming(user) } : undefined
  return {
    // Of a finding, the moment of this change, since consumers file records by it.
    time: Date.parse(event.timestamp),
    message: summarizeEvent(event),
    metadata: compact({
      version: OCSF_VERSION,
      product: compact({ name: 'Keelson', vendor_name: 'Keelson', version: context.version }),
      uid: uuid,
      sequence: readCount(event.meta?.sequence),
      event_code: action,
      source: sourceOf(context),
      profiles: device || actor ? ['host'] : undefined,
    }),
    ...(device ? { device } : {}),
    ...(actor ? { actor } : {}),
  }
}

function deviceOf({ asset, company, team, meta }: Event): object | undefined {
  if (!asset || !isNamed(asset)) return undefined
  const os = readText(meta?.os)
  return compact({
    ...naming(asset),
    ...coded('type', UNKNOWN),
    os: os && { name: os, ...coded('type', UNKNOWN) },
    org: company && isNamed(company) ? naming(company) : undefined,
    groups: team && isNamed(team) ? [naming(team)] : undefined,
  })
}

function severityOf({ level }: Event, { verdict, severity }: CheckFacts): Coded {
  if (level === 'CRITICAL') return CRITICAL
  if (verdict === null || verdict === 'pass' || verdict === 'not_applicable') return INFORMATIONAL
  return severity ? SEVERITY[severity] : UNKNOWN
}

function lifecycleOf({ verdict, open }: CheckFacts): Coded {
  if (open) return NEW
  if (verdict === 'error') return UNKNOWN
  return verdict === 'pass' ? RESOLVED : ARCHIVED
}

function unmappedOf({ level, changes, meta, asset, company, team }: Event, mapped: readonly string[]): object {
  const owners = asset && isNamed(asset) ? {} : { company, team }
  return compact({ level, changes, ...owners, meta: restOf(meta, ['sequence', ...mapped]) })
}

function isNamed({ uuid, name }: Named): boolean {
  return uuid !== '' || name !== ''
}

function naming({ uuid, name }: Named): object {
  return compact({ uid: uuid, name })
}
