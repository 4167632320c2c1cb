import fc from 'fast-check'
import { expect, it } from 'vitest'
import { packPayload, unpackPayload } from '../../src/state/payload.ts'

it('gives back what was stored, to the letter', () => {
  const text = fc.string({ unit: 'binary', maxLength: 6000 }).map((value) => JSON.stringify({ value }))
  fc.assert(
    fc.property(text, (given) => {
      expect(unpackPayload(packPayload(given))).toBe(given)
    }),
  )
})

it('stores what is short as it is, so that it can be read by hand', () => {
  const text = JSON.stringify({ verdict: 'fail' })
  expect(packPayload(text)).toBe(text)
})

it('stores what is long in less', () => {
  const text = JSON.stringify(Array.from({ length: 300 }, (_, n) => ({ check: `check-${n}`, verdict: 'pass' })))
  const stored = packPayload(text)
  expect(stored).toBeInstanceOf(Buffer)
  expect(stored.length).toBeLessThan(text.length / 4)
})
