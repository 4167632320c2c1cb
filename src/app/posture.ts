import { SEVERITIES, type Severity } from '../core/check.ts'
import { readDefinitionWords } from '../core/definition-words.ts'
import { KeelsonError } from '../core/errors.ts'
import { parseMoment } from '../core/parse-moment.ts'
import { comparePostures, type PostureReport, type WordedPosture } from '../core/posture-report.ts'
import { summarize } from '../core/report.ts'
import type { Selection } from '../core/select.ts'
import type { KnownAsset, Store } from '../core/store.ts'
import { selectKnown } from './select-known.ts'

export interface PostureQuestion {
  readonly asset: KnownAsset
  readonly selection: Selection
  /** Milliseconds since 1970; now when absent. */
  readonly at?: number | undefined
  readonly now: number
}

/** What was known of an asset's checks at a time, each with its own words as of then. @throws KeelsonError */
export async function readPosture(
  store: Store,
  { asset, selection, at, now }: PostureQuestion,
): Promise<PostureReport> {
  const chosen = await selectKnown(store, selection.patterns)
  const known = await store.posture(asset, { at: at ?? now, now })
  const worded = await Promise.all(known.filter(({ check }) => chosen.has(check)).map((one) => addWords(store, one)))
  const checks = worded.filter((one) => isMeant(one, selection)).sort(comparePostures)
  return {
    asset,
    at: at ?? now,
    current: at === undefined,
    known: known.length,
    knownSince: known.length === 0 ? await findBeginning(store, asset) : null,
    checks,
    summary: summarize(checks),
  }
}

async function addWords(store: Store, posture: WordedPosture | Omit<WordedPosture, 'words'>): Promise<WordedPosture> {
  const definition = posture.definition === '' ? undefined : await store.definition(posture.definition)
  return { ...posture, words: readDefinitionWords(definition?.body) }
}

/** A check whose severity is not known may be of any. */
function isMeant({ words }: WordedPosture, { severity, tags }: Selection): boolean {
  const severe = severity === undefined || words.severity === null || isAtLeast(words.severity, severity)
  return severe && (tags.length === 0 || tags.some((tag) => words.tags.includes(tag)))
}

function isAtLeast(given: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(given) >= SEVERITIES.indexOf(least)
}

async function findBeginning(store: Store, { uuid }: KnownAsset): Promise<number | null> {
  const [first] = await store.events({ assets: [uuid], actions: ['ASSET_BASELINE'] })
  return first?.observedAt ?? null
}

/** A moment as a person wrote it after an option. @throws KeelsonError */
export function readMoment(text: string, option: string, now: number): number {
  const moment = parseMoment(text, now)
  if (moment !== undefined) return moment
  throw new KeelsonError('usage', `${option} names no time: ${text}`, {
    hint: 'an age such as 1h or 7d, a date such as 2026-03-04, or a time such as 2026-03-04T14:18:14Z',
  })
}

/** As readMoment, for what can only be told of the past. @throws KeelsonError */
export function readPastMoment(text: string, option: string, now: number): number {
  const moment = readMoment(text, option, now)
  if (moment <= now) return moment
  throw new KeelsonError('usage', `${option} lies in the future: ${text}`, { hint: 'leave it out to ask about now' })
}
