import { describe, expect, it } from 'vitest'
import { type Emission, toEmittedEntry } from '../../src/core/emit-event.ts'

const SESSION: Emission = { type: 'SESSION_AUTH', message: 'Session successfully initialised.' }
const AT = Date.UTC(2026, 2, 4)

describe("an application's event", () => {
  it('says who caused it, who sent it, and what happened', () => {
    const emission = {
      ...SESSION,
      severity: 'SUCCESS',
      originator: 'Ann',
      actor: 'ServerName',
      data: { ip: '192.0.2.7' },
    }
    expect(toEmittedEntry(emission, AT)).toEqual({
      action: 'SESSION_AUTH',
      level: 'INFO',
      observedAt: AT,
      changes: null,
      user: 'Ann',
      meta: {
        kind: 'emitted',
        severity: 'success',
        originator: 'Ann',
        actor: 'ServerName',
        message: 'Session successfully initialised.',
        alarm: false,
        data: { ip: '192.0.2.7' },
      },
    })
  })

  it('needs no more than a type and a message', () => {
    const entry = toEmittedEntry(SESSION, AT)
    expect(entry.meta).toMatchObject({ severity: 'information', originator: null, actor: null, alarm: false, data: {} })
    expect(entry.level).toBe('INFO')
    expect(entry.user).toBeUndefined()
  })

  it.each([
    ['success', 'INFO'],
    ['Information', 'INFO'],
    ['info', 'INFO'],
    ['WARNING', 'WARNING'],
    ['error', 'ERROR'],
    ['critical', 'CRITICAL'],
  ])('of severity %s has the level %s, and as an alarm CRITICAL', (severity, level) => {
    expect(toEmittedEntry({ ...SESSION, severity }, AT).level).toBe(level)
    expect(toEmittedEntry({ ...SESSION, severity, alarm: true }, AT).level).toBe('CRITICAL')
  })

  it.each([
    ['a type in small letters', { type: 'session' }, /type "session" is not made of upper-case words/],
    ['a type that begins with a digit', { type: '1A' }, /not made of upper-case words/],
    ['a type that is too long', { type: 'A'.repeat(65) }, /not made of upper-case words/],
    ['one of our types', { type: 'ASSET_COMPLIANCE' }, /ASSET_COMPLIANCE is reserved/],
    ['a type that may become ours', { type: 'LEDGER_CLOSED' }, /is reserved/],
    ['no message', { message: ' \n' }, /the message is empty/],
    ['a message that is too long', { message: 'é'.repeat(40_000) }, /the message takes 80000 bytes, more than 65536/],
    ['a severity of its own', { severity: 'fatal' }, /severity may be success, .*not "fatal"/],
    ['a severity that every object has', { severity: 'constructor' }, /severity may be/],
    ['an empty originator', { originator: '' }, /the originator is empty/],
    ['an actor of a page', { actor: 'x'.repeat(257) }, /the actor is longer than 256 characters/],
    ['too much data', { data: { x: 'x'.repeat(70_000) } }, /meta takes \d+ bytes/],
    [
      'data that goes too deep',
      { data: { x: JSON.parse('['.repeat(9000) + ']'.repeat(9000)) } },
      /nested more than 32 deep/,
    ],
  ])('is refused with %s', (_, part, message) => {
    expect(() => toEmittedEntry({ ...SESSION, ...part }, AT)).toThrow(message)
  })
})
