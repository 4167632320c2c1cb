import { EcsVersion } from '@elastic/ecs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ACTIONS, type Event } from '../../src/core/event.ts'
import { toEcs } from '../../src/formats/event-ecs.ts'
import { reportCheck, WEB_1 } from '../state/fill-store.ts'
import { hostileEvent } from './hostile-events.ts'
import { ARTICLE_EVENT, LEDGER, Recorder, recordEvents } from './record-events.ts'
import { findEcsProblems, flatten } from './validate-ecs.ts'

const write = (event: Event): Record<string, never> =>
  JSON.parse(JSON.stringify(toEcs(event, { ledger: LEDGER, version: '0.1.0' })))
const fieldOf = (event: Event, name: string) => flatten(write(event)).get(name)

describe('toEcs', () => {
  it('writes every event in published fields, of their types and allowed values', () => {
    for (const event of [...recordEvents(), ARTICLE_EVENT]) {
      expect(findEcsProblems(write(event), 'keelson'), event.action).toEqual([])
      expect(fieldOf(event, 'ecs.version')).toBe(EcsVersion)
    }
  })

  it('has a category for each of our actions, and none for what only an application knows', () => {
    for (const action of ACTIONS) {
      const event = { ...ARTICLE_EVENT, action, changes: null, item: null }
      expect(fieldOf(event, 'event.category'), action).toHaveLength(1)
      expect(findEcsProblems(write(event), 'keelson'), action).toEqual([])
    }
    expect(fieldOf({ ...ARTICLE_EVENT, action: 'SESSION_AUTH' }, 'event.category')).toBeUndefined()
  })

  it('raises an alert when a check begins to fail and for alarms, and only then', () => {
    const recorder = new Recorder()
    const kindOf = (hours: number, verdict: Parameters<typeof reportCheck>[1]) =>
      fieldOf(recorder.report(hours, [reportCheck('firewall', verdict)]).at(-1) as Event, 'event.kind')
    expect(kindOf(0, 'pass')).toBe('state')
    expect(kindOf(1, 'fail')).toBe('alert')
    expect(kindOf(2, 'error')).toBe('event')
    expect(kindOf(3, 'fail')).toBe('event')
    expect(kindOf(4, 'warn')).toBe('event')
    expect(kindOf(5, 'fail')).toBe('alert')
    expect(kindOf(6, 'pass')).toBe('event')
    const alarm = recordEvents().find(({ action }) => action === 'DOOR') as Event
    expect(fieldOf(alarm, 'event.kind')).toBe('alert')
    expect(fieldOf(alarm, 'tags')).toEqual(['alarm'])
  })

  it('tells the rule, the host and the outcome in the fields that others use', () => {
    const recorder = new Recorder()
    recorder.report(0, [reportCheck('firewall')])
    recorder.edit(0.5, { company: 'Zercurity', team: 'Platform' })
    const [event] = recorder.report(1, [reportCheck('firewall', 'fail')])
    expect(write(event as Event)).toMatchObject({
      '@timestamp': '2026-03-04T15:00:00.000+00:00',
      message: 'web-1: Title of firewall: pass → FAIL: firewall is not as it should be',
      event: {
        id: event?.uuid,
        action: 'ASSET_COMPLIANCE',
        category: ['configuration'],
        type: ['change'],
        outcome: 'failure',
        severity: 3,
        sequence: 3,
        reason: 'firewall is not as it should be',
        created: '2026-03-04T15:00:01.500+00:00',
      },
      log: { level: 'error' },
      rule: { id: 'firewall', uuid: event?.item?.id, name: 'Title of firewall', version: 'v1' },
      host: { id: WEB_1.uuid, name: 'web-1', os: { full: WEB_1.os } },
      organization: { name: 'Zercurity' },
      keelson: {
        verdict: 'fail',
        last_verdict: 'pass',
        kind: 'transition',
        team: { name: 'Platform' },
        evidence: ['{"verdict":"fail","found":{"state":0}}'],
        evidence_total: 1,
      },
    })
  })

  it("says of the article's event what it says, and no more", () => {
    const document = write(ARTICLE_EVENT)
    expect(document).toMatchObject({ event: { kind: 'event', outcome: 'success' }, host: { name: 'James (laptop)' } })
    expect(document).toMatchObject({ keelson: { verdict: 'pass', last_verdict: 'fail' } })
    expect(document).not.toHaveProperty('tags')
    expect(document).not.toHaveProperty('user')
  })

  it('keeps what an application says as text, whatever its shape', () => {
    const event = recordEvents().find(({ action }) => action === 'SESSION_AUTH') as Event
    const flat = flatten(write(event))
    expect([...flat.keys()].filter((name) => name.includes('port'))).toEqual([])
    expect(JSON.parse(flat.get('keelson.meta') as string)).toMatchObject({ data: { port: 443, host: { name: 'a' } } })
    expect(flat.get('user.name')).toBe('ann')
  })

  it('has the same fields of the same types for every event', () => {
    const types = new Map<string, string>()
    for (const event of [...recordEvents(), ARTICLE_EVENT]) {
      for (const [name, value] of flatten(write(event))) {
        const type = Array.isArray(value) ? typeof value[0] : typeof value
        expect(types.get(name) ?? type, name).toBe(type)
        types.set(name, type)
      }
    }
    expect([...types.keys()].filter((name) => name.startsWith('keelson.')).length).toBeLessThan(20)
  })

  it('stays sound whatever texts and shapes an event has', () => {
    fc.assert(
      fc.property(hostileEvent, (event) => {
        expect(findEcsProblems(write(event), 'keelson')).toEqual([])
      }),
    )
  })
})

describe('findEcsProblems', () => {
  const sound = write(ARTICLE_EVENT) as Record<string, object>

  it.each<[string, object]>([
    ['event.verdict: unknown', { event: { ...sound.event, verdict: 'x' } }],
    ['event.kind: transition is no value of it', { event: { ...sound.event, kind: 'transition' } }],
    ['event.sequence: not a long', { event: { ...sound.event, sequence: '1' } }],
    ['event.type: one value, or many?', { event: { ...sound.event, type: 'change' } }],
    ['event.type: group in configuration', { event: { ...sound.event, type: ['group'] } }],
    ['rule.name: not a keyword', { rule: { name: 1 } }],
    ['ecs.version: required', { ecs: {} }],
  ])('finds %s', (problem, spoiled) => {
    expect(findEcsProblems({ ...sound, ...spoiled }, 'keelson')).toContain(problem)
  })
})
