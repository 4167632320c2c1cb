import type { Event, Level } from '../../../src/core/event.ts'
import type { Outgoing, SinkContext } from '../../../src/core/sink.ts'

/** Text that breaks out of lines, terminals and templates wherever it is not escaped. */
export const HOSTILE = 'a"\\\n\r\n\u001b[31m\u202e\u2028\0é😀\ud800]<b>{{x}} %s $(id)'

export interface Made {
  readonly level?: Level
  readonly action?: string
  readonly title?: string
  readonly meta?: Readonly<Record<string, unknown>>
}

/** An event of one of three assets, as a sink gets it. */
export function makeEvent(sequence: number, { level = 'ERROR', action, title, meta }: Made = {}): Outgoing {
  const asset = sequence % 3
  const event: Event = {
    uuid: `00000000-0000-5000-8000-${String(sequence).padStart(12, '0')}`,
    timestamp: '2026-03-04T14:18:14.000+00:00',
    level,
    action: action ?? 'ASSET_COMPLIANCE',
    meta: { sequence, check: 'host-firewall', verdict: 'fail', ...meta },
    changes: { verdict: { last: 'pass', latest: 'fail' } },
    item: { id: '11111111-0000-5000-8000-000000000000', name: title ?? 'Host firewall is on' },
    company: null,
    user: null,
    team: null,
    asset: { uuid: `22222222-0000-4000-8000-00000000000${asset}`, name: `host-${asset}` },
  }
  return { sequence, event, document: event }
}

export function makeEvents(count: number, from = 1): Outgoing[] {
  return Array.from({ length: count }, (_, n) => makeEvent(from + n))
}

/** A sink's surroundings, and what it told the operator. */
export function makeContext(clock: () => number = Date.now): SinkContext & { readonly told: string[] } {
  const told: string[] = []
  return { name: 'ops', clock, log: (message) => void told.push(message), told }
}

/** The sequences of lines of JSON, in their order. @throws where a line is no JSON */
export function sequencesOf(text: string): number[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error(`half a line at the end: ${text.slice(-100)}`)
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line) => (JSON.parse(line) as { meta: { sequence: number } }).meta.sequence)
}

/** 1 … count, or from … */
export function countUp(count: number, from = 1): number[] {
  return Array.from({ length: count }, (_, n) => from + n)
}

export const never = new AbortController().signal
