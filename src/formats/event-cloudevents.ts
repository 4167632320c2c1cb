import { type Event, isOurs } from '../core/event.ts'
import { compact, type EventContext, nameSubject, readCount, readText, sourceOf } from './event-facts.ts'

/** Names the JSON Schema of our events, which `checks schema event` prints. */
const EVENT_SCHEMA_URI = 'urn:keelson:schema:event:1'

/** Digits of the largest sequence, so that sequences as text have the order of their numbers. */
const SEQUENCE_DIGITS = String(Number.MAX_SAFE_INTEGER).length

/**
 * An event as a CloudEvent 1.0 in JSON (`application/cloudevents+json`), with the event itself as `data`. The extension
 * `partitionkey` keeps an asset's events in order, `sequence` is the place in the ledger.
 */
export function toCloudEvent(event: Event, context: EventContext): object {
  const { uuid, timestamp, asset, item, meta } = event
  const sequence = readCount(meta?.sequence)
  const check = item ? (readText(meta?.check) ?? item.id) : undefined
  return compact({
    specversion: '1.0',
    id: toAttribute(uuid),
    source: sourceOf(context),
    type: typeOf(event),
    subject: toAttribute(nameSubject(event, check)),
    time: timestamp,
    datacontenttype: 'application/json',
    dataschema: EVENT_SCHEMA_URI,
    partitionkey: toAttribute(asset?.uuid ?? ''),
    sequence: sequence === undefined ? undefined : String(sequence).padStart(SEQUENCE_DIGITS, '0'),
    data: event,
  })
}

/** `dev.keelson.asset.compliance`; an application's own event is `dev.keelson.application.` and its action. */
function typeOf({ action }: Event): string {
  const words = toAttribute(action).toLowerCase().replaceAll('_', '.')
  return isOurs(action) ? `dev.keelson.${words}` : `dev.keelson.application.${words}`
}

/** Attributes may hold neither controls nor what is no character, such as half of a surrogate pair. */
function toAttribute(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu, '\ufffd')
}
