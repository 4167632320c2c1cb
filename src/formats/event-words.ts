import type { Event } from '../core/event.ts'
import { isVerdict } from '../core/verdict.ts'
import { describeFound, describeSubject, VERDICT_NAMES } from './describe.ts'
import { describeEvent } from './describe-event.ts'
import { readCheckFacts, readText } from './event-facts.ts'

// Everything here answers plain text as it was found; whoever prints it escapes it.

/** Such as `Host firewall is on: fail on web-1`, or what happened where no check is meant. */
export function titleOfEvent(event: Event): string {
  const where = event.asset ? ` on ${event.asset.name}` : ''
  const facts = readCheckFacts(event)
  if (!event.item || !facts) return `${event.item ? `${event.item.name}: ` : ''}${describeEvent(event)}${where}`
  const verdict = isVerdict(facts.verdict) ? VERDICT_NAMES[facts.verdict] : 'no longer checked'
  return `${event.item.name}: ${verdict}${where}`
}

/** The first rows that decided, one line each, and how many more there are. */
export function listEventEvidence(event: Event, most: number): string[] {
  const rows = readCheckFacts(event)?.evidence ?? []
  const lines = rows.slice(0, most).map((row) => {
    const parts = [describeSubject(row), ...describeFound(row.found, row.resource), row.reason && `(${row.reason})`]
    return parts.filter(Boolean).join('  ')
  })
  const total = Number.isSafeInteger(event.meta?.evidence_total) ? Number(event.meta?.evidence_total) : rows.length
  const more = Math.max(total, rows.length) - lines.length
  return more > 0 && lines.length > 0 ? [...lines, `… and ${more} more`] : lines
}

/** Its level, severity, check, asset, time and place in the ledger, as far as they are known. */
export function describeEventFacts(event: Event): string[] {
  const facts = readCheckFacts(event)
  const sequence = event.meta?.sequence
  const parts = [
    event.level,
    facts?.severity && `severity ${facts.severity}`,
    readText(event.meta?.check),
    event.asset && `asset ${event.asset.name}`,
    event.timestamp,
    Number.isSafeInteger(sequence) && `entry ${sequence}`,
  ]
  return parts.filter((part) => typeof part === 'string')
}
