import { describe, expect, it } from 'vitest'
import { coversAsset, describeScope, EVERY_ASSET, isEmptyScope, stateOf } from '../../src/core/acceptance.ts'
import { findAttestation } from '../../src/core/attestation.ts'
import { findNextNotice, listNotices } from '../../src/core/expiry.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { findWaiver, isAcceptable, type Waiver } from '../../src/core/waiver.ts'
import { readZonedTime } from '../../src/core/zoned-time.ts'
import { DAY, GIVEN, sampleAttestation, sampleWaiver } from './sample-acceptances.ts'

const LAB = { uuid: '4e8924a8-31ff-4895-8956-92879b8c617e', names: ['lab-1', 'Microscope'], labels: ['lab'] }
const END = GIVEN + 30 * DAY
const none = { ...EVERY_ASSET, all: false }

describe('a time of a waiver', () => {
  it('is read with its zone', () => {
    const same = { at: Date.UTC(2027, 0, 31, 22, 59, 59) }
    expect(readZonedTime('2027-01-31T23:59:59+01:00')).toEqual(same)
    expect(readZonedTime('2027-01-31T22:59:59Z')).toEqual(same)
  })

  it.each([
    ['2027-01-31', /a date without a time/, /2027-01-31T23:59:59Z for UTC/],
    ['2027-01-31T23:59:59', /names no time zone/, /2027-01-31T23:59:59Z/],
    ['2027-02-30T23:59:59Z', /is no time/, /with its zone/],
    ['30d', /is no time/, /with its zone/],
    ['soon', /is no time/, /with its zone/],
  ])('is refused with a hint: %s', (text, problem, hint) => {
    expect(readZonedTime(text)).toEqual({
      problem: expect.stringMatching(problem),
      hint: expect.stringMatching(hint),
    })
  })
})

describe('the state of a waiver', () => {
  it.each([
    ['pending', GIVEN - 1],
    ['active', GIVEN],
    ['active', END - 14 * DAY - 1],
    ['expiring', END - 14 * DAY],
    ['expiring', END],
    ['expired', END + 1],
  ])('is %s at %d', (state, at) => {
    expect(stateOf(sampleWaiver(), at, 14 * DAY)).toBe(state)
  })

  it('is as it was then: before it was given and after it was revoked it does not hold', () => {
    const given = { at: GIVEN + DAY, by: 'ann' }
    const revoked = { at: GIVEN + 3 * DAY, by: 'ann', reason: 'mended' }
    const waiver = sampleWaiver({ origin: 'store', given, revoked })
    const states = [0, 1, 2, 3, 40].map((days) => stateOf(waiver, GIVEN + days * DAY))
    expect(states).toEqual(['pending', 'active', 'active', 'revoked', 'revoked'])
  })
})

describe('the assets of a waiver', () => {
  it('are those that fit any of it', () => {
    expect(coversAsset(EVERY_ASSET, LAB)).toBe(true)
    expect(coversAsset({ ...none, ids: [LAB.uuid] }, { ...LAB, uuid: LAB.uuid.toUpperCase() })).toBe(true)
    expect(coversAsset({ ...none, names: ['lab-?'] }, LAB)).toBe(true)
    expect(coversAsset({ ...none, names: ['Micro*'] }, LAB)).toBe(true)
    expect(coversAsset({ ...none, labels: ['lab', 'prod'] }, LAB)).toBe(true)
    expect(coversAsset({ ...none, ids: ['other'], names: ['lab'], labels: ['prod'] }, LAB)).toBe(false)
  })

  it('are none where nothing is named, also for a machine without a name', () => {
    expect(isEmptyScope(none)).toBe(true)
    expect(coversAsset(none, LAB)).toBe(false)
    expect(coversAsset({ ...none, names: ['*'] }, { ...LAB, names: [''] })).toBe(false)
    expect(describeScope({ ...none, names: ['a*'], labels: ['lab'] })).toBe('a*, label lab')
  })
})

describe('findWaiver', () => {
  const ask = (waivers: readonly Waiver[], at = GIVEN + DAY, verdict: Verdict | null = 'pass') =>
    findWaiver(waivers, { check: 'usb-storage-disabled', asset: LAB, at, verdictOf: () => verdict })

  it('finds the one that holds longest', () => {
    const longer = sampleWaiver({ id: 'longer', until: END + DAY })
    expect(ask([sampleWaiver(), longer])).toEqual({ waiver: longer })
    expect(ask([sampleWaiver({ checks: ['usb-*'] })]).waiver?.id).toBe('usb-in-the-lab')
  })

  it('finds none for other checks and other assets', () => {
    expect(ask([sampleWaiver({ checks: ['usb'] }), sampleWaiver({ assets: { ...none, labels: ['prod'] } })])).toEqual(
      {},
    )
  })

  it('says why one does not hold', () => {
    const revoked = { at: GIVEN, by: 'ann', reason: 'mended' }
    expect(ask([sampleWaiver()], END + 1).lapsed?.why).toBe('it expired at 2026-04-03T00:00:00.000Z')
    expect(ask([sampleWaiver()], GIVEN - 1).lapsed?.why).toBe('it begins at 2026-03-04T00:00:00.000Z')
    expect(ask([sampleWaiver({ revoked })]).lapsed?.why).toMatch(/^it was revoked at .*: mended$/)
  })

  it('holds only while the compensating check passes', () => {
    const bound = sampleWaiver({ compensating: 'usb-guard' })
    expect(ask([bound]).waiver).toEqual(bound)
    for (const verdict of ['warn', 'fail', 'error', 'not_applicable'] as const) {
      expect(ask([bound], undefined, verdict)).toEqual({
        lapsed: { id: bound.id, why: `the check usb-guard must pass meanwhile, and its verdict is ${verdict}` },
      })
    }
    expect(ask([bound], undefined, null).lapsed?.why).toMatch(/nothing is known of it here/)
    // Another one may do without.
    expect(ask([bound, sampleWaiver({ id: 'free', until: END - DAY })], undefined, 'fail').waiver?.id).toBe('free')
  })
})

describe('a waiver', () => {
  it('accepts a failure, a warning where that counts as one, and never that nothing could be judged', () => {
    expect(
      ['fail', 'warn', 'error', 'pass', 'not_applicable', null].map((each) => isAcceptable(each as Verdict, false)),
    ).toEqual([true, false, false, false, false, false])
    expect(isAcceptable('warn', true)).toBe(true)
    expect(isAcceptable('error', true)).toBe(false)
  })
})

describe('findAttestation', () => {
  const question = { references: ['nist-800-53@5'], requirement: 'at-3.1', asset: LAB, at: GIVEN }

  it('finds who vouches for a requirement, by id or pattern, under any of its references', () => {
    expect(findAttestation([sampleAttestation()], question)?.id).toBe('training-2026')
    expect(
      findAttestation([sampleAttestation()], { ...question, references: ['new@2', 'nist-800-53@5'] }),
    ).toBeDefined()
    expect(findAttestation([sampleAttestation()], { ...question, requirement: 'at-2.1' })).toBeUndefined()
    expect(findAttestation([sampleAttestation()], { ...question, references: ['new@2'] })).toBeUndefined()
    expect(findAttestation([sampleAttestation()], { ...question, at: END + 1 })).toBeUndefined()
  })
})

describe('what is told of ends', () => {
  it('is told of what holds and ends soon, and of what has ended, the earliest first', () => {
    const revoked = { at: GIVEN, by: 'ann', reason: 'mended' }
    const all = [
      sampleWaiver({ id: 'far' }),
      sampleWaiver({ id: 'soon', until: GIVEN + 9 * DAY }),
      sampleAttestation({ id: 'over', until: GIVEN + DAY }),
      sampleWaiver({ id: 'revoked', until: GIVEN + DAY, revoked }),
      sampleWaiver({ id: 'later', from: GIVEN + 8 * DAY, until: GIVEN + 9 * DAY }),
    ]
    const told = listNotices(all, GIVEN + 2 * DAY, 14 * DAY).map(({ acceptance, stage }) => [acceptance.id, stage])
    expect(told).toEqual([
      ['over', 'expired'],
      ['soon', 'expiring'],
    ])
    expect(findNextNotice(all, GIVEN + 2 * DAY, 14 * DAY)).toBe(GIVEN + 8 * DAY)
    expect(findNextNotice(all, END + 1, 14 * DAY)).toBeUndefined()
  })
})
