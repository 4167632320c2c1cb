import type { LedgerEntry } from './store.ts'
import type { Verdict } from './verdict.ts'

/** How a check has fared over a period. */
export interface Track {
  /** How often its judged verdict became another one. */
  readonly turns: number
  /** How often it began to fail. */
  readonly failures: number
  /** Milliseconds that each failure lasted which ended within the period. */
  readonly fixes: readonly number[]
  /** Whether its verdict turned at least FLAPS times within FLAP_WINDOW. */
  readonly flapping: boolean
  /** Whether it began to fail at least twice. */
  readonly recurring: boolean
}

export const FLAPS = 4
/** Milliseconds: a week. */
export const FLAP_WINDOW = 7 * 86_400_000

export const NO_TRACK: Track = { turns: 0, failures: 0, fixes: [], flapping: false, recurring: false }

interface Judged {
  readonly verdict: Verdict
  readonly since: number
}

/** How each check has fared, by the entries of one asset in the order of the ledger. Pruned entries tell nothing. */
export function trackRecords(entries: readonly LedgerEntry[]): ReadonlyMap<string, Track> {
  const turns = new Map<string, { at: number; from: Judged; to: Judged }[]>()
  const last = new Map<string, Judged>()
  for (const { event } of entries) {
    const { check, kind, judged, last_since } = (event?.meta ?? {}) as Readonly<Record<string, unknown>>
    if (event?.action !== 'ASSET_COMPLIANCE' || typeof check !== 'string') continue
    const now = readJudged(judged)
    if (!now) continue
    const from = last.get(check) ?? readBefore(event.changes?.verdict?.last, last_since)
    last.set(check, now)
    if (kind === 'first' || !from || from.verdict === now.verdict) continue
    turns.set(check, [...(turns.get(check) ?? []), { at: now.since, from, to: now }])
  }
  return new Map([...turns].map(([check, own]) => [check, toTrack(own)]))
}

function toTrack(turns: readonly { at: number; from: Judged; to: Judged }[]): Track {
  const failures = turns.filter(({ to }) => to.verdict === 'fail').length
  const fixes = turns
    .filter(({ from, to }) => from.verdict === 'fail' && (to.verdict === 'pass' || to.verdict === 'warn'))
    .map(({ from, to }) => Math.max(0, to.since - from.since))
  const flapping = turns.some(({ at }, index) => {
    const later = turns[index + FLAPS - 1]
    return later !== undefined && later.at - at <= FLAP_WINDOW
  })
  return { turns: turns.length, failures, fixes, flapping, recurring: failures >= 2 }
}

function readJudged(value: unknown): Judged | undefined {
  const { verdict, since } = (value ?? {}) as { verdict?: Verdict; since?: string }
  return verdict && since !== undefined ? { verdict, since: Date.parse(since) } : undefined
}

/** What an event says of the time before it, for the first one that is looked at. */
function readBefore(verdict: unknown, since: unknown): Judged | undefined {
  if (typeof verdict !== 'string' || verdict === 'error' || typeof since !== 'string') return undefined
  return { verdict: verdict as Verdict, since: Date.parse(since) }
}
