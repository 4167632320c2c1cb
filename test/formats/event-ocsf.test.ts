import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/core/event.ts'
import { toOcsf } from '../../src/formats/event-ocsf.ts'
import { reportCheck, WEB_1 } from '../state/fill-store.ts'
import { hostileEvent } from './hostile-events.ts'
import { ARTICLE_EVENT, LEDGER, Recorder, recordEvents, START } from './record-events.ts'
import { findOcsfProblems } from './validate-ocsf.ts'

type Document = Readonly<Record<string, unknown>> & {
  readonly finding_info: Readonly<Record<string, unknown>>
  readonly compliance: Readonly<Record<string, unknown>>
  readonly metadata: Readonly<Record<string, unknown>>
}

const write = (event: Event): Document =>
  JSON.parse(JSON.stringify(toOcsf(event, { ledger: LEDGER, version: '0.1.0' })))

/** What a finding says of itself in words: its activity, its status, and how the check stands. */
const standing = (event: Event) => {
  const { activity_name, status, compliance, severity } = write(event)
  return [activity_name, status, compliance.status, severity].join(', ')
}

describe('toOcsf', () => {
  it('writes every event as the published classes have it', () => {
    for (const event of [...recordEvents(), ARTICLE_EVENT]) {
      expect(findOcsfProblems(write(event)), event.action).toEqual([])
    }
  })

  it('opens a finding when a check begins to fail, keeps it up to date, and closes it on recovery', () => {
    const recorder = new Recorder()
    recorder.report(0, [reportCheck('firewall')])
    const then = (hours: number, verdict: Parameters<typeof reportCheck>[1], more = {}) =>
      standing(recorder.report(hours, [reportCheck('firewall', verdict, more)]).at(-1) as Event)
    expect(then(1, 'fail')).toBe('Create, New, Fail, High')
    expect(then(2, 'error')).toBe('Update, New, Unknown, High')
    expect(then(3, 'fail')).toBe('Update, New, Fail, High')
    expect(then(4, 'fail', { version: 'v2' })).toBe('Update, New, Fail, High')
    expect(then(4.5, 'warn', { version: 'v2' })).toBe('Update, New, Warn, High')
    expect(then(5, 'pass', { version: 'v2' })).toBe('Close, Resolved, Pass, Informational')
    expect(then(6, 'error', { version: 'v2' })).toBe('Update, Unknown, Unknown, High')
    expect(then(7, 'fail', { version: 'v2', severity: 'low' })).toBe('Create, New, Fail, Low')
    expect(then(8, 'error', { version: 'v2' })).toBe('Update, New, Unknown, High')
    expect(then(9, 'not_applicable', { version: 'v2' })).toBe('Close, Archived, Not applicable, Informational')
    expect(then(9.5, 'fail', { version: 'v2' })).toBe('Create, New, Fail, High')
    expect(then(9.6, 'error', { version: 'v2' })).toBe('Update, New, Unknown, High')
    const quarantine = { until: START, failures: 3 }
    expect(then(9.7, 'error', { version: 'v2', quarantine })).toBe('Update, New, Unknown, High')
    expect(then(9.8, 'error', { version: 'v3' })).toBe('Update, New, Unknown, High')
    expect(then(9.9, 'fail', { version: 'v3' })).toBe('Update, New, Fail, High')
    const removal = recorder.report(10, [], [])
    expect(removal.map(standing)).toEqual(['Close, Archived, Unknown, Informational'])
    expect(then(11, 'fail', { version: 'v3' })).toBe('Create, New, Fail, High')
  })

  it('keeps the finding of a check on an asset under one name', () => {
    const events = recordEvents().filter(({ item }) => item?.name === 'Host firewall is on')
    expect(events.length).toBeGreaterThan(8)
    expect([...new Set(events.map((event) => write(event).finding_info.uid))]).toEqual([`${WEB_1.uuid}/host-firewall`])
    expect(new Set(events.map((event) => write(event).metadata.uid)).size).toBe(events.length)
  })

  it('opens the finding of a renamed check anew, and tells how it was called', () => {
    const recorder = new Recorder()
    recorder.report(0, [reportCheck('old', 'fail')])
    const [event] = recorder.report(1, [reportCheck('new', 'fail', { formerly: ['old'] })])
    expect(event?.action).toBe('ASSET_CHECK_RENAMED')
    expect(standing(event as Event)).toBe('Create, New, Fail, High')
    expect(write(event as Event).finding_info).toMatchObject({
      uid: `${WEB_1.uuid}/new`,
      uid_alt: `${WEB_1.uuid}/old`,
    })
  })

  it('tells what was found, where, by which check, and its place in the ledger', () => {
    const recorder = new Recorder()
    recorder.report(0, [reportCheck('firewall')])
    recorder.edit(0.5, { company: 'Zercurity', team: 'Platform' })
    const [event] = recorder.report(1, [reportCheck('firewall', 'fail')])
    expect(write(event as Event)).toMatchObject({
      class_uid: 2003,
      type_uid: 200301,
      type_name: 'Compliance Finding: Create',
      time: START + 3_600_000,
      message: 'web-1: Title of firewall: pass → FAIL: firewall is not as it should be',
      metadata: {
        version: '1.9.0',
        product: { name: 'Keelson', vendor_name: 'Keelson', version: '0.1.0' },
        uid: event?.uuid,
        sequence: 3,
        event_code: 'ASSET_COMPLIANCE',
        source: `urn:keelson:ledger:${LEDGER}`,
        profiles: ['host'],
      },
      finding_info: { title: 'Title of firewall', analytic: { uid: 'firewall', version: 'v1', type_id: 1 } },
      compliance: {
        status_id: 3,
        status_details: ['firewall is not as it should be'],
        checks: [{ uid: 'firewall', name: 'Title of firewall', version: 'v1', severity_id: 4, status_id: 3 }],
      },
      evidences: [{ data: { verdict: 'fail', found: { state: 0 } } }],
      resources: [{ uid: WEB_1.uuid, name: 'web-1', role: 'Target' }],
      device: { uid: WEB_1.uuid, os: { name: WEB_1.os }, org: { name: 'Zercurity' }, groups: [{ name: 'Platform' }] },
      unmapped: { level: 'ERROR', meta: { kind: 'transition', cause: 'observed', evidence_total: 1 } },
    })
  })

  it("closes a finding for the article's event, though it says little", () => {
    expect(write(ARTICLE_EVENT)).toMatchObject({
      activity_name: 'Close',
      status: 'Resolved',
      severity: 'Informational',
      compliance: { status: 'Pass', checks: [{ uid: ARTICLE_EVENT.item?.id, name: 'FW-MAC Firewall check' }] },
      device: { name: 'James (laptop)', org: { name: 'Zercurity' } },
    })
    const failing = { ...ARTICLE_EVENT, changes: { passed: { last: true, latest: false } } }
    expect(standing(failing)).toBe('Create, New, Fail, Unknown')
  })

  it('writes what is not about one check as a base event, with all that was said', () => {
    const others = recordEvents().filter((event) => write(event).class_uid === 0)
    expect([...new Set(others.map(({ action }) => action))].sort()).toEqual([
      'ASSET_BASELINE',
      'ASSET_CLOCK',
      'ASSET_ERASED',
      'ASSET_GAP',
      'ASSET_UPDATED',
      'ATTESTATION_EXPIRED',
      'ATTESTATION_EXPIRING',
      'ATTESTATION_GIVEN',
      'ATTESTATION_REVOKED',
      'DELIVERY_SUMMARY',
      'DOOR',
      'LEDGER_DELIVERY_CHANGED',
      'LEDGER_OPENED',
      'LEDGER_PRUNED',
      'LEDGER_RESTORED',
      'SESSION_AUTH',
      'WAIVER_EXPIRED',
      'WAIVER_EXPIRING',
      'WAIVER_GRANTED',
      'WAIVER_REVOKED',
    ])
    const own = others.find(({ action, level }) => action === 'SESSION_AUTH' && level === 'ERROR') as Event
    expect(write(own)).toMatchObject({
      activity_id: 99,
      activity_name: 'SESSION_AUTH',
      severity: 'High',
      message: 'SESSION_AUTH: Ann logged in (caused by ann, sent by portal)',
      actor: { user: { name: 'ann' } },
      unmapped: { level: 'ERROR', meta: { actor: 'portal', data: { port: 443 } } },
    })
    expect(own.asset).toBeNull()
    expect(write(others.find(({ action }) => action === 'DOOR') as Event).severity).toBe('Critical')
  })

  it('bounds the evidence, also of an event that does not bound its own', () => {
    const found = { text: 'x'.repeat(5000) }
    const evidence = Array.from({ length: 500 }, () => ({ verdict: 'fail', found }) as const)
    const recorder = new Recorder()
    recorder.report(0, [reportCheck('firewall')])
    const [event] = recorder.report(1, [reportCheck('firewall', 'fail', { evidence, evidenceTotal: 500 })])
    const document = write(event as Event)
    expect((document.evidences as unknown[]).length).toBeLessThanOrEqual(20)
    expect(JSON.stringify(document).length).toBeLessThan(50_000)
    expect(document.unmapped).toMatchObject({ meta: { evidence_total: 500 } })
  })

  it('stays sound whatever texts and shapes an event has', () => {
    fc.assert(
      fc.property(hostileEvent, (event) => {
        expect(findOcsfProblems(write(event))).toEqual([])
      }),
    )
  })
})

describe('findOcsfProblems', () => {
  const sound = () => write(recordEvents().find(({ level }) => level === 'ERROR') as Event)

  it.each<[string, (event: Document) => object]>([
    ['finding_info: required', ({ finding_info, ...event }) => event],
    ['verdict: unknown', (event) => ({ ...event, verdict: 'fail' })],
    ['comment: deprecated', (event) => ({ ...event, comment: 'x' })],
    ['time: not a timestamp_t', (event) => ({ ...event, time: '2026-03-04' })],
    ['status_id: 7 is no value of it', (event) => ({ ...event, status_id: 7 })],
    ['severity_id: its caption is High', (event) => ({ ...event, severity_id: 2 })],
    [
      'type_uid: of another activity',
      (event) => ({ ...event, type_uid: 200303, type_name: 'Compliance Finding: Close' }),
    ],
    ['evidences[0].: needs one of actor', (event) => ({ ...event, evidences: [{}] })],
    ['device.type_id: required', (event) => ({ ...event, device: { uid: 'x' } })],
    [
      'actor: needs the profile host',
      (event) => ({ ...event, actor: { user: { uid: 'x' } }, metadata: { ...event.metadata, profiles: [] } }),
    ],
    ['resources: not a list', (event) => ({ ...event, resources: {} })],
  ])('finds %s', (problem, spoil) => {
    const problems = findOcsfProblems(spoil(sound()) as Document)
    expect(problems.join('\n')).toContain(problem)
  })
})
