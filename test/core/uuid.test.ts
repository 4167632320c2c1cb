import { hash } from 'node:crypto'
import { expect, it } from 'vitest'
import { NAMESPACE, uuidFromDigest } from '../../src/core/uuid.ts'
import { createUuidOf } from '../../src/state/uuid-of.ts'

const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'

function uuidIn(namespace: string, name: string): string {
  const bytes = Buffer.from(namespace.replaceAll('-', ''), 'hex')
  return uuidFromDigest(hash('sha1', Buffer.concat([bytes, Buffer.from(name)]), 'hex'))
}

it('makes the UUID that RFC 9562 gives as its example of version 5', () => {
  expect(uuidIn(DNS, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2')
})

it('sets the version and the variant, whatever the digest', () => {
  expect(uuidFromDigest('0'.repeat(40))).toBe('00000000-0000-5000-8000-000000000000')
  expect(uuidFromDigest('f'.repeat(40))).toBe('ffffffff-ffff-5fff-bfff-ffffffffffff')
})

it('gives a name the same UUID everywhere and always, however many names came between', () => {
  const uuidOf = createUuidOf()
  const first = uuidOf('check:host-firewall')
  // Other machines and later versions must find the same: this one never changes.
  expect(first).toBe('0643605d-d25e-5cc6-8c74-7c403bfb4d90')
  expect(first).toBe(uuidIn(NAMESPACE, 'check:host-firewall'))
  for (let n = 0; n < 20_001; n++) uuidOf(`check:${n}`)
  expect(uuidOf('check:host-firewall')).toBe(first)
  expect(uuidOf('check:é中🙂')).toBe(uuidIn(NAMESPACE, 'check:é中🙂'))
})
