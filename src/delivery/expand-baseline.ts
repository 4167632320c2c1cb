import { type Owed, tellsFailure } from '../core/delivery.ts'
import { type Event, type EventMeta, levelOf, verdictChanges } from '../core/event.ts'
import { isVerdict, type Verdict } from '../core/verdict.ts'
import { assetOf, owedOf } from './owed.ts'

/**
 * What a first report says of each of its checks, as an event of that check's first verdict, for whoever is told of each
 * check by itself. Its UUID follows from the report's, so that a repeated one is known again. None for other events.
 */
export function expandBaseline(event: Event, uuidOf: (name: string) => string): Event[] {
  return readResults(event).map(({ title, ...facts }) => {
    const { recorded_at, asset_sequence } = event.meta ?? {}
    const { verdict } = facts
    const judged = verdict === 'error' ? null : { verdict, since: event.timestamp }
    const standing = { cause: 'observed', since: event.timestamp, judged, baseline: event.uuid }
    const isAlarm = facts.alarm === true
    return {
      ...event,
      uuid: uuidOf(`baseline:${event.uuid}:${facts.check}`),
      level: isAlarm ? 'CRITICAL' : levelOf(verdict),
      action: 'ASSET_COMPLIANCE',
      meta: { recorded_at, asset_sequence, kind: 'first', ...facts, ...standing },
      changes: verdictChanges(null, verdict),
      item: { id: uuidOf(`check:${facts.check}`), name: typeof title === 'string' ? title : facts.check },
    }
  })
}

/** The failures that whoever is given an event hears of. */
export function failuresIn(event: Event): Owed[] {
  if (tellsFailure(event)) return [owedOf(event)]
  return readResults(event).flatMap(({ check, verdict }) =>
    verdict === 'fail' || verdict === 'warn' ? [{ asset: assetOf(event), check }] : [],
  )
}

interface FirstResult {
  readonly check: string
  readonly verdict: Verdict
  readonly title?: unknown
  readonly alarm?: unknown
}

function readResults({ action, meta }: Event): FirstResult[] {
  const results: unknown = action === 'ASSET_BASELINE' ? meta?.results : undefined
  if (!Array.isArray(results)) return []
  return results.flatMap((result: EventMeta | null) => {
    const { check, verdict, ...rest }: EventMeta = result ?? {}
    return typeof check === 'string' && isVerdict(verdict) ? [{ ...rest, check, verdict }] : []
  })
}
