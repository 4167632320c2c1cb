import { hostname } from 'node:os'
import { type Emission, toEmittedEntry } from '../core/emit-event.ts'
import { KeelsonError } from '../core/errors.ts'
import type { EntryDraft } from '../core/event.ts'
import { findClosest } from '../core/find-closest.ts'
import type { AssetKey, KnownAsset, LedgerEntry, Store } from '../core/store.ts'
import { chooseAsset } from './state.ts'

/** An application's event and the asset that it is about: a name or UUID; false: none; absent: this machine. */
export interface EmitRequest extends Emission {
  readonly asset?: string | false
}

/**
 * Writes applications' own events to the ledger and answers their entries, in order, once they are on the disk.
 * @throws KeelsonError when any of them is wrong; then none is written
 */
export async function emitEvents(
  store: Store,
  requests: readonly EmitRequest[],
  now: number,
): Promise<readonly LedgerEntry[]> {
  const drafts: { key: AssetKey; draft: EntryDraft }[] = []
  const keys = new Map<string | false | undefined, AssetKey>()
  for (const request of requests) {
    const { asset } = request
    if (!keys.has(asset)) keys.set(asset, await chooseKey(store, asset))
    drafts.push({ key: keys.get(asset) ?? null, draft: toEmittedEntry(request, now) })
  }
  // Asked for at once they share a transaction as far as may be.
  const committed = await Promise.all(drafts.map(({ key, draft }) => store.commit(key, () => ({ entries: [draft] }))))
  return committed.flatMap(({ entries }) => entries)
}

async function chooseKey(store: Store, given: string | false | undefined): Promise<AssetKey> {
  if (given === false) return null
  if (given !== undefined) return chooseAsset(store, given)
  return findThisMachine(await store.assets())
}

/** The only asset that was reported on; of several, the one that has this machine's name. */
function findThisMachine(assets: readonly KnownAsset[]): AssetKey {
  const reported = assets.filter(({ lastSeenAt }) => lastSeenAt !== null)
  const [only, ...others] = reported
  if (others.length === 0) return only ?? null
  const own = reported.filter(({ name }) => name === hostname())
  const newest = own.sort((one, other) => (other.lastSeenAt ?? 0) - (one.lastSeenAt ?? 0))[0]
  if (newest) return newest
  throw new KeelsonError('many-assets', `none of the ${reported.length} assets has the name of this machine`, {
    hint: '--asset NAME says which one the event is about, --no-asset that it is about none',
  })
}

const KEYS: Readonly<Record<keyof EmitRequest, 'text' | 'true or false' | 'an object' | 'text or false'>> = {
  type: 'text',
  message: 'text',
  severity: 'text',
  originator: 'text',
  actor: 'text',
  alarm: 'true or false',
  data: 'an object',
  asset: 'text or false',
}

/** One event as JSON, or one on each line. @throws KeelsonError that names the line */
export function readRequests(text: string): EmitRequest[] {
  if (text.trim() === '') {
    throw new KeelsonError('emit', 'there is no event on standard input', {
      hint: `echo '{"type": "SESSION_AUTH", "message": "…"}' | checks emit --json`,
    })
  }
  const whole = parseJson(text)
  if (whole) return [readRequest(whole.value, '')]
  return text.split(/\r\n|\n/).flatMap((line, index) => {
    if (line.trim() === '') return []
    const where = `line ${index + 1}: `
    const parsed = parseJson(line)
    if (!parsed)
      throw new KeelsonError('emit', `${where}this is no JSON`, { hint: 'one event as JSON, or one on each line' })
    return [readRequest(parsed.value, where)]
  })
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

function readRequest(value: unknown, where: string): EmitRequest {
  const fail = (message: string, hint?: string) =>
    new KeelsonError('emit', `${where}${message}`, hint === undefined ? {} : { hint })
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fail('an event is a JSON object', 'several of them stand on a line each')
  }
  for (const [key, given] of Object.entries(value)) {
    if (!Object.hasOwn(KEYS, key)) {
      const closest = findClosest(key, Object.keys(KEYS))
      throw fail(
        `there is no key ${JSON.stringify(key)}`,
        closest ? `did you mean ${closest}?` : `known: ${Object.keys(KEYS).join(', ')}`,
      )
    }
    const kind = KEYS[key as keyof EmitRequest]
    if (!isOfKind(given, kind)) throw fail(`${key} must be ${kind}`)
  }
  const { type, message } = value as Partial<EmitRequest>
  if (type === undefined || message === undefined) {
    throw fail(`${type === undefined ? 'type' : 'message'} is missing`, 'an event has at least type and message')
  }
  const request = value as EmitRequest
  try {
    toEmittedEntry(request, 0)
  } catch (error) {
    if (error instanceof KeelsonError) throw fail(error.message, error.hint)
    throw error
  }
  return request
}

function isOfKind(value: unknown, kind: (typeof KEYS)[keyof EmitRequest]): boolean {
  if (kind === 'true or false') return typeof value === 'boolean'
  if (kind === 'an object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  return typeof value === 'string' || (kind === 'text or false' && value === false)
}
