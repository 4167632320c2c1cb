import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Suspects } from '../../core/plan-quarantine.ts'
import type { SourceInfo } from '../../core/source.ts'
import type { Evaluated, PlannedCheck } from './protocol.ts'

/** What a watch tells others, and its successor, in a file beside the state. Times are milliseconds since 1970. */
export interface WatchRecord {
  readonly record: 'keelson-watch/1'
  readonly pid: number
  readonly startedAt: number
  readonly stoppedAt: number | null
  /** When the last evaluation ended, and how long it took. */
  readonly evaluatedAt: number | null
  readonly took: number | null
  readonly asset: NonNullable<Evaluated['asset']> | null
  readonly source: SourceInfo | null
  /** When each check is due. */
  readonly plan: readonly PlannedCheck[]
  readonly owed: readonly string[]
  readonly suspects: Suspects
  /** Since when the source is lost, and why. */
  readonly lost: { readonly since: number; readonly message: string; readonly hint: string | null } | null
  /** Since when changed checks or settings cannot be used, and why. */
  readonly unsound: { readonly since: number; readonly message: string } | null
  /** When it is tried again after a failure. */
  readonly retryAt: number | null
  /** The last errors, newest first. */
  readonly errors: readonly { readonly at: number; readonly message: string }[]
}

export const NO_RECORD: WatchRecord = {
  record: 'keelson-watch/1',
  pid: 0,
  startedAt: 0,
  stoppedAt: null,
  evaluatedAt: null,
  took: null,
  asset: null,
  source: null,
  plan: [],
  owed: [],
  suspects: {},
  lost: null,
  unsound: null,
  retryAt: null,
  errors: [],
}

/** The file of the record that belongs to a state. */
export function recordPathOf(state: string): string {
  return `${state}.watch.json`
}

/** The record of the last watch on a state; undefined when there is none, or none that can be read. */
export function readWatchRecord(state: string): WatchRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(recordPathOf(state), 'utf8'))
    return record?.record === NO_RECORD.record ? { ...NO_RECORD, ...record } : undefined
  } catch {
    // Everything in it can be found out again.
    return undefined
  }
}

/** Replaces the record, so that nobody ever reads half of one. @throws what the file system throws */
export function writeWatchRecord(state: string, record: WatchRecord): void {
  const path = recordPathOf(state)
  writeFileSync(`${path}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
