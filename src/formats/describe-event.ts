import type { Change, Event } from '../core/event.ts'
import { isVerdict } from '../core/verdict.ts'
import { countOf, VERDICT_NAMES, VERDICT_WORDS } from './describe.ts'
import { BY_ACCEPTANCE_ACTION } from './describe-acceptance.ts'
import { describeMoment } from './describe-time.ts'
import { isTroubled } from './order-results.ts'

/** What our own events may say in `meta`. An event of another version, or of another program, may lack any of it. */
interface Said {
  readonly kind?: unknown
  readonly verdict?: unknown
  readonly reason?: unknown
  readonly cause?: unknown
  readonly since?: unknown
  readonly results?: readonly { readonly verdict?: unknown }[]
  readonly gaps?: readonly { readonly since?: unknown }[]
  readonly message?: unknown
  readonly originator?: unknown
  readonly actor?: unknown
  readonly payloads?: unknown
  readonly before?: unknown
  readonly kept?: unknown
  readonly act?: unknown
  readonly sink?: unknown
  readonly filter?: Readonly<Record<string, unknown>>
  readonly transitions?: unknown
  readonly assets?: unknown
  readonly checks?: readonly { readonly check?: unknown; readonly transitions?: unknown }[]
  readonly standing_total?: unknown
  readonly backup?: { readonly file?: unknown; readonly sequence?: unknown }
}

/** What happened, in a line of plain text as it was found; whoever prints it escapes it. */
export function describeEvent({ action, meta, changes, user }: Event): string {
  const said: Said = meta ?? {}
  const describe = Object.hasOwn(BY_ACTION, action) ? BY_ACTION[action] : undefined
  if (said.kind === 'emitted') return describeEmitted(action, said)
  if (!describe) return because(action, said.reason)
  const by = user && action !== 'ASSET_COMPLIANCE' ? ` (by ${user.name})` : ''
  return describe(said, changes ?? {}) + by
}

/** What a first report says of one of its checks. */
export function describeFirst({ meta }: Event, ids: ReadonlySet<string>): string {
  const { results = [] } = (meta ?? {}) as {
    results?: readonly { check?: unknown; verdict?: unknown; reason?: unknown }[]
  }
  const result = results.find(({ check }) => typeof check === 'string' && ids.has(check))
  return because(`first report: ${nameVerdict(result?.verdict)}`, result?.reason)
}

type Describe = (said: Said, changes: Readonly<Record<string, Change<unknown>>>) => string

const BY_ACTION: Readonly<Record<string, Describe>> = {
  ASSET_BASELINE: ({ results = [] }) => `first report: ${countOf(results.length, 'check')}${countVerdicts(results)}`,
  ASSET_COMPLIANCE: describeCompliance,
  ASSET_CHECK_CHANGED: ({ verdict }) => `the check changed; still ${nameVerdict(verdict)}`,
  ASSET_CHECK_RENAMED: (_, { id }) => `the check ${textOf(id?.last)} is now called ${textOf(id?.latest)}`,
  ASSET_CHECK_REMOVED: ({ verdict }) => `no longer checked; it was ${nameVerdict(verdict)}`,
  ASSET_CHECK_RETURNED: ({ verdict, reason }) => because(`checked again: ${nameVerdict(verdict)}`, reason),
  ASSET_CHECK_QUARANTINED: ({ reason }) => because('put into quarantine', reason),
  ASSET_GAP: describeGaps,
  ASSET_CLOCK: (_, { time }) => `the clock went back from ${momentOf(time?.last)} to ${momentOf(time?.latest)}`,
  ASSET_UPDATED: (_, changes) => describeChanges(changes),
  ASSET_ERASED: ({ payloads }) => `all that was known of an asset was erased, ${entriesOf(payloads)}`,
  ...BY_ACCEPTANCE_ACTION,
  LEDGER_OPENED: (said) =>
    said.cause === 'damaged' ? `the ledger begins anew: ${damaged(said)}` : 'the ledger begins',
  LEDGER_RESTORED: describeRestored,
  LEDGER_PRUNED: ({ before, payloads }) => `pruned: what ${entriesOf(payloads)} before ${momentOf(before)} said`,
  LEDGER_DELIVERY_CHANGED: describeSteering,
  DELIVERY_SUMMARY: describeSummary,
}

function describeCompliance(said: Said, { verdict, passed }: Parameters<Describe>[1]): string {
  const [last, latest] = verdict
    ? [nameVerdict(verdict.last), nameVerdict(verdict.latest)]
    : [passing(passed?.last), passing(passed?.latest)]
  const changed = said.cause === 'definition_changed' ? ' (the check changed)' : ''
  if (said.kind === 'inability_begun') return because('could not be judged', said.reason) + changed
  const words: Readonly<Record<string, string>> = {
    first: `first: ${latest}`,
    inability_ended: `judged again: ${latest}`,
  }
  const kind = textOf(said.kind)
  return because((Object.hasOwn(words, kind) ? words[kind] : undefined) ?? `${last} → ${latest}`, said.reason) + changed
}

function describeGaps({ gaps = [] }: Said): string {
  const since = gaps.map((gap) => textOf(gap.since)).sort()[0]
  return `not heard of ${countOf(gaps.length, 'check')} since ${momentOf(since)}`
}

function describeRestored(said: Said): string {
  const { file, sequence } = said.backup ?? {}
  const why = said.cause === 'damaged' ? `: ${damaged(said)}` : ''
  return `restored from the backup ${textOf(file)}, whose last entry is ${textOf(sequence)}${why}`
}

function describeSteering({ act, sink, filter }: Said): string {
  const parts = Object.entries(filter ?? {}).map(([key, value]) => `${key} ${[value].flat().map(textOf).join(', ')}`)
  const of = sink === undefined ? '' : ` of the sink ${textOf(sink)}`
  return `delivery${of}: ${textOf(act).replaceAll('_', ' ')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`
}

function describeSummary({ cause, transitions, assets, checks = [], standing_total: standing }: Said): string {
  const of = checks.slice(0, 3).map(({ check, transitions }) => `${textOf(check)} (${textOf(transitions)})`)
  const more = checks.length > 3 ? ', …' : ''
  const why = cause === 'breaker' ? 'a storm of transitions' : 'too many transitions'
  const still = typeof standing === 'number' && standing > 0 ? `; ${countOf(standing, 'verdict')} of them held` : ''
  return `${why}: ${textOf(transitions)} on ${countOf(Number(assets), 'asset')} were not told one by one: ${of.join(', ')}${more}${still}`
}

function damaged({ kept }: Said): string {
  return `the one before was damaged${kept ? `, and is kept as ${textOf(kept)}` : ''}`
}

function entriesOf(count: unknown): string {
  return count === 1 ? '1 entry' : `${textOf(count)} entries`
}

function describeChanges({ uuid, ...changes }: Readonly<Record<string, Change<unknown>>>): string {
  const parts = Object.entries(changes).map(
    ([field, { last, latest }]) => `${field.replaceAll('_', ' ')}: ${showValue(last)} → ${showValue(latest)}`,
  )
  return [...(uuid ? ['added by hand'] : []), ...parts].join(', ')
}

function describeEmitted(action: string, { message, originator, actor }: Said): string {
  const people = [originator && `caused by ${textOf(originator)}`, actor && `sent by ${textOf(actor)}`].filter(Boolean)
  return `${action}: ${textOf(message)}${people.length > 0 ? ` (${people.join(', ')})` : ''}`
}

function countVerdicts(results: readonly { readonly verdict?: unknown }[]): string {
  const counts = (['fail', 'error', 'warn'] as const).flatMap((verdict) => {
    const count = results.filter((result) => result.verdict === verdict).length
    return count > 0 ? [`${count} ${VERDICT_WORDS[verdict]}`] : []
  })
  return counts.length > 0 ? ` (${counts.join(', ')})` : ''
}

function because(what: string, reason: unknown): string {
  return typeof reason === 'string' && reason !== '' ? `${what}: ${reason}` : what
}

/** What asks somebody to do something stands out without colour too. */
export function nameVerdict(verdict: unknown): string {
  if (!isVerdict(verdict)) return verdict === null ? 'not judged' : 'unknown'
  return isTroubled(verdict) ? VERDICT_NAMES[verdict].toUpperCase() : VERDICT_NAMES[verdict]
}

function passing(passed: unknown): string {
  return passed === true ? nameVerdict('pass') : passed === false ? nameVerdict('fail') : 'unknown'
}

function showValue(value: unknown): string {
  const text = Array.isArray(value) ? value.map(textOf).join(', ') : textOf(value)
  return text === '' ? 'none' : text
}

function momentOf(time: unknown): string {
  const at = Date.parse(textOf(time))
  return Number.isNaN(at) ? 'an unknown time' : describeMoment(at)
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value)
}
