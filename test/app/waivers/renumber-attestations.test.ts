import { describe, expect, it } from 'vitest'
import { renumberAttestation } from '../../../src/app/waivers/renumber-attestations.ts'
import { sampleAttestation } from '../../core/sample-acceptances.ts'

const options = {
  from: 'nist-800-53@5',
  to: 'new@6',
  renumbering: new Map<string, readonly string[]>([
    ['at-2', ['x-1', 'x-2']],
    ['gone', []],
  ]),
  known: new Set(['x-1', 'x-2', 'same']),
}

describe('an attestation whose framework is renumbered', () => {
  it('names what its requirements became, each once, and what stays the same', () => {
    const old = sampleAttestation({ requirements: ['at-2', 'x-1', 'same'] })
    const { attestation, lost } = renumberAttestation(old, options)
    expect(attestation).toMatchObject({ framework: 'new@6', requirements: ['x-1', 'x-2', 'same'], by: old.by })
    expect(attestation).not.toHaveProperty('id')
    expect(lost).toEqual([])
  })

  it('says what nothing takes the place of', () => {
    expect(renumberAttestation(sampleAttestation({ requirements: ['gone', 'at-2'] }), options).lost).toEqual(['gone'])
    const none = renumberAttestation(sampleAttestation({ requirements: ['gone', 'unknown'] }), options)
    expect(none).toEqual({ lost: ['gone', 'unknown'] })
  })
})
