import { SEVERITIES, type Severity } from '../core/check.ts'
import type { Event, EventMeta } from '../core/event.ts'
import { limitEvidence } from '../core/limit-evidence.ts'
import type { Evidence } from '../core/report.ts'
import { isVerdict, type Verdict } from '../core/verdict.ts'
import { describeEvent } from './describe-event.ts'

/** What an event does not say of itself. */
export interface EventContext {
  /** The UUID that names the ledger among all. */
  readonly ledger: string
  /** The version of Keelson that writes. */
  readonly version?: string
}

/** What became of the finding that a check is on an asset; it is open while the check fails or warns. */
export type FindingChange = 'opened' | 'updated' | 'closed'

/** What an event says of one check, as far as it can be told: an event of another program may lack any of it. */
export interface CheckFacts {
  /** The check's id; where that is not said, the UUID of it. */
  readonly check: string
  /** The id that it had before, where it was renamed. */
  readonly formerly: string | undefined
  /** Null when it is no longer checked. */
  readonly verdict: Verdict | null
  readonly last: Verdict | null
  readonly change: FindingChange
  /** Whether the check fails or warns, or did so when it could last be judged. */
  readonly open: boolean
  readonly severity: Severity | null
  readonly version: string | undefined
  readonly reason: string | undefined
  /** Some rows, bounded in number and size. */
  readonly evidence: readonly Evidence[]
}

const MOST_ROWS = 20

/** Undefined for an event that says no verdict of one check. */
export function readCheckFacts({ action, item, meta, changes }: Event): CheckFacts | undefined {
  const said: EventMeta = meta ?? {}
  const latest = verdictIn(changes, 'latest') ?? toVerdict(said.verdict)
  const removed = action === 'ASSET_CHECK_REMOVED'
  if (item === null || (latest === null && !removed)) return undefined
  const returned = action === 'ASSET_CHECK_RETURNED'
  const formerly = action === 'ASSET_CHECK_RENAMED' ? readText(changes?.id?.last) : undefined
  const tellsChange = Boolean(changes?.verdict || changes?.passed)
  const last = tellsChange ? verdictIn(changes, 'last') : returned ? null : latest
  const verdict = removed ? null : latest
  const open = isOpen(verdict === 'error' ? judgedIn(said) : verdict)
  // A finding has the name of its check, so that under another name there was none.
  const isNew = returned || formerly !== undefined
  const lastJudged = said.kind === 'inability_ended' ? latest : last
  const wasOpen = !isNew && (tellsChange ? isOpen(lastJudged) : open)
  return {
    check: readText(said.check) ?? item.id,
    formerly,
    verdict,
    last,
    change: removed || (wasOpen && !open) ? 'closed' : open && !wasOpen ? 'opened' : 'updated',
    open,
    severity: SEVERITIES.find((severity) => severity === said.severity) ?? null,
    version: readText(said.version),
    reason: readText(said.reason),
    evidence: readEvidence(said.evidence),
  }
}

/** What happened, where and to what, in a line of plain text. */
export function summarizeEvent(event: Event): string {
  return [event.asset?.name, event.item?.name, describeEvent(event) || event.action].filter(Boolean).join(': ')
}

/** The ledger's name among all sources of events. */
export function sourceOf({ ledger }: EventContext): string {
  return `urn:keelson:ledger:${ledger}`
}

/** A whole number that is not too large to be exact. */
export function readCount(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined
}

/** Names a check on an asset: the finding, and what an event is about. */
export function nameSubject({ asset }: Event, check: string | undefined): string {
  return [asset?.uuid, check].filter(Boolean).join('/')
}

/** Text that says something. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** An object without what says nothing. */
export function compact<Value extends object>(value: Value): Partial<Value> {
  const said: Partial<Value> = {}
  for (const key in value) {
    const each: unknown = value[key]
    if (each !== undefined && each !== null && each !== '') said[key] = value[key]
  }
  return said
}

/** What is left of `meta` without these keys; undefined when nothing is. */
export function restOf(meta: EventMeta | null, keys: readonly string[]): EventMeta | undefined {
  const rest = Object.entries(meta ?? {}).filter(([key]) => !keys.includes(key))
  return rest.length > 0 ? Object.fromEntries(rest) : undefined
}

function verdictIn(changes: Event['changes'], when: 'last' | 'latest'): Verdict | null {
  const passed = changes?.passed?.[when]
  return toVerdict(changes?.verdict?.[when]) ?? (passed === true ? 'pass' : passed === false ? 'fail' : null)
}

function judgedIn({ judged }: EventMeta): Verdict | null {
  return toVerdict((judged as { readonly verdict?: unknown } | null | undefined)?.verdict)
}

function toVerdict(value: unknown): Verdict | null {
  return isVerdict(value) ? value : null
}

function isOpen(verdict: Verdict | null): boolean {
  return verdict === 'fail' || verdict === 'warn'
}

function readEvidence(value: unknown): readonly Evidence[] {
  if (!Array.isArray(value)) return []
  const rows = value.filter((row) => typeof row?.found === 'object' && row.found !== null)
  return limitEvidence(rows.slice(0, MOST_ROWS))
}
