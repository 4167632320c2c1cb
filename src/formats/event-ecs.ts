import type { Severity } from '../core/check.ts'
import { type Event, isOurs } from '../core/event.ts'
import type { Verdict } from '../core/verdict.ts'
import {
  type CheckFacts,
  compact,
  type EventContext,
  readCheckFacts,
  readCount,
  readText,
  restOf,
  sourceOf,
  summarizeEvent,
} from './event-facts.ts'

const ECS_VERSION = '9.4.0'

interface Classes {
  readonly category: readonly string[]
  readonly type: readonly string[]
}

const CONFIGURATION = ['configuration']
const HOST = ['host']
const DATABASE = ['database']
const INFO = ['info']
const CHANGE = ['change']

/** Any other action of ours tells something of checks. */
const CLASSES: Readonly<Record<string, Classes>> = {
  ASSET_COMPLIANCE: { category: CONFIGURATION, type: CHANGE },
  ASSET_CHECK_CHANGED: { category: CONFIGURATION, type: CHANGE },
  ASSET_CHECK_RENAMED: { category: CONFIGURATION, type: CHANGE },
  ASSET_CHECK_REMOVED: { category: CONFIGURATION, type: ['deletion'] },
  ASSET_CHECK_RETURNED: { category: CONFIGURATION, type: ['creation'] },
  ASSET_CHECK_QUARANTINED: { category: CONFIGURATION, type: ['creation'] },
  ASSET_GAP: { category: HOST, type: INFO },
  ASSET_CLOCK: { category: HOST, type: CHANGE },
  ASSET_UPDATED: { category: HOST, type: CHANGE },
  ASSET_ERASED: { category: DATABASE, type: CHANGE },
  LEDGER_OPENED: { category: DATABASE, type: INFO },
  LEDGER_RESTORED: { category: DATABASE, type: CHANGE },
  LEDGER_PRUNED: { category: DATABASE, type: CHANGE },
  DELIVERY_SUMMARY: { category: CONFIGURATION, type: INFO },
  WAIVER_GRANTED: { category: CONFIGURATION, type: ['creation'] },
  WAIVER_REVOKED: { category: CONFIGURATION, type: ['deletion'] },
  WAIVER_EXPIRING: { category: CONFIGURATION, type: INFO },
  WAIVER_EXPIRED: { category: CONFIGURATION, type: CHANGE },
  ATTESTATION_GIVEN: { category: CONFIGURATION, type: ['creation'] },
  ATTESTATION_REVOKED: { category: CONFIGURATION, type: ['deletion'] },
  ATTESTATION_EXPIRING: { category: CONFIGURATION, type: INFO },
  ATTESTATION_EXPIRED: { category: CONFIGURATION, type: CHANGE },
  LEDGER_DELIVERY_CHANGED: { category: CONFIGURATION, type: CHANGE },
}

const OUTCOME: Readonly<Record<Verdict, string>> = {
  pass: 'success',
  warn: 'failure',
  fail: 'failure',
  error: 'unknown',
  not_applicable: 'unknown',
}
const SEVERITY: Readonly<Record<Severity, number>> = { low: 1, medium: 2, high: 3, critical: 4 }

/** What of `meta` has a field of its own; the second in events about one check. */
const MAPPED = ['sequence', 'recorded_at', 'asset_sequence', 'kind', 'severity', 'cause', 'since', 'reason', 'os']
const MAPPED_OF_CHECK = ['check', 'verdict', 'version', 'definition', 'evidence', 'evidence_total']

/**
 * An event as a document of the Elastic Common Schema 9.4.0. What begins to fail, and every alarm, is an `alert`, a
 * first report a `state`. Ours stands in `keelson`, as text where its shape is not ours to say: a column that is a
 * number here and a word there would make Elasticsearch refuse the document.
 */
export function toEcs(event: Event, context: EventContext): object {
  const { uuid, timestamp, level, action, meta, changes, item, company, user, team, asset } = event
  const facts = readCheckFacts(event)
  const version = facts?.version
  const host = compact({ id: asset?.uuid, name: asset?.name, os: nested({ full: readText(meta?.os) }) })
  return compact({
    '@timestamp': timestamp,
    ecs: { version: ECS_VERSION },
    message: summarizeEvent(event),
    tags: meta?.alarm === true ? ['alarm'] : undefined,
    event: compact({
      id: uuid,
      kind: kindOf(event, facts),
      ...classesOf(event),
      action,
      outcome: facts?.verdict ? OUTCOME[facts.verdict] : undefined,
      severity: facts?.severity ? SEVERITY[facts.severity] : undefined,
      reason: readText(meta?.reason),
      sequence: readCount(meta?.sequence),
      created: readText(meta?.recorded_at),
      module: 'keelson',
      dataset: 'keelson.events',
    }),
    log: { level: level.toLowerCase() },
    rule: item ? compact({ id: readText(meta?.check), uuid: item.id, name: item.name, version }) : undefined,
    host: nested(host),
    organization: nested({ id: company?.uuid, name: company?.name }),
    user: nested({ id: user?.uuid, name: user?.name }),
    keelson: compact({
      ledger: sourceOf(context),
      version: context.version,
      kind: readText(meta?.kind),
      cause: readText(meta?.cause),
      severity: readText(meta?.severity),
      verdict: facts?.verdict,
      last_verdict: facts?.last,
      since: readText(meta?.since),
      definition: facts && readText(meta?.definition),
      asset_sequence: readCount(meta?.asset_sequence),
      team: nested({ id: team?.uuid, name: team?.name }),
      evidence: facts && facts.evidence.length > 0 ? facts.evidence.map((row) => JSON.stringify(row)) : undefined,
      evidence_total: facts && readCount(meta?.evidence_total),
      changes: changes ? JSON.stringify(changes) : undefined,
      meta: toJson(restOf(meta, facts ? [...MAPPED, ...MAPPED_OF_CHECK] : MAPPED)),
    }),
  })
}

function kindOf({ action, level, meta }: Event, facts: CheckFacts | undefined): string {
  if (level === 'CRITICAL') return 'alert'
  if (action === 'ASSET_BASELINE') return 'state'
  return facts?.verdict === 'fail' && facts.last !== 'fail' && meta?.kind !== 'inability_ended' ? 'alert' : 'event'
}

/** Nothing is known of what an application's own event is about; whether it tells of an error, it says itself. */
function classesOf({ action, level }: Event): Partial<Classes> {
  if (Object.hasOwn(CLASSES, action)) return CLASSES[action] as Classes
  if (isOurs(action)) return { category: CONFIGURATION, type: INFO }
  return { type: level === 'ERROR' || level === 'CRITICAL' ? ['error'] : INFO }
}

/** An object that says something, or none. */
function nested(value: object): object | undefined {
  const said = compact(value)
  return Object.keys(said).length > 0 ? said : undefined
}

function toJson(value: object | undefined): string | undefined {
  return value && JSON.stringify(value)
}
