import { describe, expect, it } from 'vitest'
import { ACTIONS } from '../../src/core/event.ts'
import { EVENT_FORMAT_NAMES, EVENT_FORMATS } from '../../src/formats/event-formats.ts'
import { ARTICLE_EVENT, LEDGER, recordEvents } from './record-events.ts'

describe('EVENT_FORMATS', () => {
  it('has a function for each name', () => {
    expect(Object.keys(EVENT_FORMATS)).toEqual([...EVENT_FORMAT_NAMES])
  })

  it('leaves the event as it is where nothing else is asked for', () => {
    expect(EVENT_FORMATS.keelson(ARTICLE_EVENT, { ledger: LEDGER })).toBe(ARTICLE_EVENT)
  })

  it.each(EVENT_FORMAT_NAMES)(
    'has words for every event in %s, always the same, and never changes the event',
    (name) => {
      for (const event of recordEvents()) {
        const before = JSON.stringify(event)
        const text = JSON.stringify(EVENT_FORMATS[name](event, { ledger: LEDGER }))
        expect(text).toMatch(/^\{.+\}$/)
        expect(text).toContain(event.uuid)
        expect(JSON.stringify(EVENT_FORMATS[name](event, { ledger: LEDGER }))).toBe(text)
        expect(JSON.stringify(event)).toBe(before)
      }
    },
  )
})

describe('recordEvents', () => {
  it('has every action that a report, a person or the ledger itself can cause', () => {
    const recorded = new Set(recordEvents().map(({ action }) => action))
    expect(ACTIONS.filter((action) => !recorded.has(action))).toEqual([])
  })
})
