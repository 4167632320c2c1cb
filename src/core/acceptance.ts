import type { Place } from './check.ts'
import { toExpression } from './select.ts'

/** Assets that are meant: whoever fits any of it. */
export interface AssetScope {
  readonly all: boolean
  /** UUIDs, in lower case. */
  readonly ids: readonly string[]
  /** Names, or patterns of names with * and ?. */
  readonly names: readonly string[]
  readonly labels: readonly string[]
}

export const EVERY_ASSET: AssetScope = { all: true, ids: [], names: [], labels: [] }

/** An asset as scopes know it. */
export interface ScopedAsset {
  readonly uuid: string
  /** What it reports, and what people call it. */
  readonly names: readonly string[]
  readonly labels: readonly string[]
}

/** Something that a person answers for, for some time: a waiver or an attestation. Times are milliseconds since 1970. */
export interface Acceptance {
  readonly id: string
  readonly assets: AssetScope
  readonly from: number
  /** The last moment it holds. */
  readonly until: number
  /** Where it is written; `store`: it was given by a command. */
  readonly origin: Place | 'store'
  /** When it was given to the store, and by whom; it holds no earlier. */
  readonly given?: { readonly at: number; readonly by: string }
  /** That it was taken back. */
  readonly revoked?: { readonly at: number; readonly by: string; readonly reason: string }
}

/**
 * How an acceptance stands at a time.
 * - `pending`: it has not begun
 * - `active`, `expiring`: it holds; `expiring`: and ends soon
 * - `expired`, `revoked`: it holds no longer
 */
export const ACCEPTANCE_STATES = ['pending', 'active', 'expiring', 'expired', 'revoked'] as const
export type AcceptanceState = (typeof ACCEPTANCE_STATES)[number]

/** `notice`: how many milliseconds before its end it counts as expiring. */
export function stateOf({ from, until, given, revoked }: Acceptance, at: number, notice = 0): AcceptanceState {
  if (revoked && revoked.at <= at) return 'revoked'
  if (at < from || (given && at < given.at)) return 'pending'
  if (at > until) return 'expired'
  return until - at <= notice ? 'expiring' : 'active'
}

export function holdsAt(acceptance: Acceptance, at: number): boolean {
  const state = stateOf(acceptance, at)
  return state === 'active' || state === 'expiring'
}

export function coversAsset({ all, ids, names, labels }: AssetScope, asset: ScopedAsset): boolean {
  return (
    all ||
    ids.includes(asset.uuid.toLowerCase()) ||
    asset.names.some((name) => name !== '' && matchesAny(names, name)) ||
    labels.some((label) => asset.labels.includes(label))
  )
}

/** Whether it names no asset at all, and so would mean nothing. */
export function isEmptyScope({ all, ids, names, labels }: AssetScope): boolean {
  return !all && ids.length + names.length + labels.length === 0
}

/** In words: `all assets`, or what is named. */
export function describeScope({ all, ids, names, labels }: AssetScope): string {
  if (all) return 'all assets'
  return [...ids, ...names, ...labels.map((label) => `label ${label}`)].join(', ')
}

/** Whether one of the ids or patterns means it. */
export function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => pattern === text || (isPattern(pattern) && toExpression(pattern).test(text)))
}

export function isPattern(text: string): boolean {
  return /[*?]/.test(text)
}
