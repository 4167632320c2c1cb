import { CloudEvent, type CloudEventV1, ValidationError } from 'cloudevents'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/core/event.ts'
import { toCloudEvent } from '../../src/formats/event-cloudevents.ts'
import { reportCheck, WEB_1 } from '../state/fill-store.ts'
import { hostileEvent } from './hostile-events.ts'
import { ARTICLE_EVENT, LEDGER, Recorder, recordEvents } from './record-events.ts'

const write = (event: Event): CloudEventV1<Event> & Record<string, unknown> =>
  JSON.parse(JSON.stringify(toCloudEvent(event, { ledger: LEDGER })))

/** Attributes are text of any character that stands for something, and their names are short. */
const ATTRIBUTE = /^[^\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]+$/u

function expectSound(document: CloudEventV1<Event> & Record<string, unknown>): void {
  expect(new CloudEvent(document).validate()).toBe(true)
  for (const [name, value] of Object.entries(document)) {
    expect(name).toMatch(/^[a-z0-9]{1,20}$/)
    if (name !== 'data') expect(value).toMatch(ATTRIBUTE)
  }
}

describe('toCloudEvent', () => {
  it('writes every event as the specification has it, with the event itself as data', () => {
    for (const event of [...recordEvents(), ARTICLE_EVENT]) {
      expectSound(write(event))
      expect(write(event).data).toEqual(event)
    }
  })

  it('names the ledger, the kind of event, the asset and the check, and keeps their order', () => {
    const recorder = new Recorder()
    recorder.report(0, [reportCheck('firewall')])
    const [event] = recorder.report(1, [reportCheck('firewall', 'fail')])
    expect(write(event as Event)).toEqual({
      specversion: '1.0',
      id: event?.uuid,
      source: `urn:keelson:ledger:${LEDGER}`,
      type: 'dev.keelson.asset.compliance',
      subject: `${WEB_1.uuid}/firewall`,
      time: '2026-03-04T15:00:00.000+00:00',
      datacontenttype: 'application/json',
      dataschema: 'urn:keelson:schema:event:1',
      partitionkey: WEB_1.uuid,
      sequence: '0000000000000002',
      data: event,
    })
  })

  it('leaves out what is not known', () => {
    expect(write(ARTICLE_EVENT)).not.toHaveProperty('sequence')
    expect(write(ARTICLE_EVENT).subject).toBe(`${ARTICLE_EVENT.asset?.uuid}/${ARTICLE_EVENT.item?.id}`)
    const [opened] = recordEvents()
    expect(opened?.action).toBe('LEDGER_OPENED')
    expect(write(opened as Event)).not.toHaveProperty('subject')
    expect(write(opened as Event)).not.toHaveProperty('partitionkey')
  })

  it("keeps applications' own kinds of event apart from ours", () => {
    const types = new Set(recordEvents().map((event) => write(event).type))
    expect(types).toContain('dev.keelson.ledger.pruned')
    expect(types).toContain('dev.keelson.asset.check.renamed')
    expect(types).toContain('dev.keelson.application.session.auth')
  })

  it('stays sound whatever texts and shapes an event has', () => {
    fc.assert(fc.property(hostileEvent, (event) => expectSound(write(event))))
  })

  it('is told by the validator when something is wrong', () => {
    const { subject, ...document } = write(ARTICLE_EVENT)
    expect(() => new CloudEvent({ ...document, subject: '' })).toThrow(ValidationError)
    expect(() => new CloudEvent({ ...document, partition_key: 'x' })).toThrow(ValidationError)
    expect(() => new CloudEvent({ ...document, source: '' })).toThrow(ValidationError)
  })
})
