import type { Event } from '../core/event.ts'
import { toCloudEvent } from './event-cloudevents.ts'
import { toEcs } from './event-ecs.ts'
import type { EventContext } from './event-facts.ts'
import { toOcsf } from './event-ocsf.ts'

export const EVENT_FORMAT_NAMES = ['keelson', 'ocsf', 'cloudevents', 'ecs'] as const
export type EventFormatName = (typeof EVENT_FORMAT_NAMES)[number]

/** An event as delivered, as one document of the format, for JSON. Each format has words for every event. */
export const EVENT_FORMATS: Readonly<Record<EventFormatName, (event: Event, context: EventContext) => object>> = {
  keelson: (event) => event,
  ocsf: toOcsf,
  cloudevents: toCloudEvent,
  ecs: toEcs,
}

export type { EventContext } from './event-facts.ts'
