import { describe, expect, it } from 'vitest'
import { UNKNOWN_ASSET } from '../../src/core/diff.ts'
import { type AssetEdit, editAsset, findEditProblems } from '../../src/core/edit-asset.ts'
import type { AssetRecord } from '../../src/core/event.ts'

const UUID = '4e8924a8-31ff-4895-8956-92879b8c617e'
const ASSET: AssetRecord = { ...UNKNOWN_ASSET, uuid: UUID, name: 'web-1', team: 'Ops', labels: ['a'] }
const context = { uuid: UUID, user: 'ann', now: Date.UTC(2026, 2, 4) }
const edit = (given: AssetEdit, asset: AssetRecord | null = ASSET) =>
  editAsset(given, context)({ asset, checks: new Map() })

describe('what people say of an asset', () => {
  it('is written with who said it and what it was before', () => {
    const { asset, entries } = edit({ name: 'James', owner: 'Ann', team: null, labels: ['b', 'a', 'b'] })
    expect(asset).toEqual({
      ...ASSET,
      givenName: 'James',
      owner: { name: 'Ann', email: null },
      team: null,
      labels: ['a', 'b'],
    })
    expect(entries).toEqual([
      {
        action: 'ASSET_UPDATED',
        level: 'INFO',
        observedAt: context.now,
        user: 'ann',
        meta: {},
        changes: {
          given_name: { last: null, latest: 'James' },
          owner_name: { last: null, latest: 'Ann' },
          team: { last: 'Ops', latest: null },
          labels: { last: ['a'], latest: ['a', 'b'] },
        },
      },
    ])
  })

  it.each([[{ team: 'Ops' }], [{ labels: ['a'] }], [{ owner: null }], [{ name: 'web-1' }], [{}]])(
    'is not written when it is known: %j',
    (given) => {
      expect(edit(given)).toEqual({ entries: [] })
    },
  )

  it('makes an asset that is not known yet', () => {
    const { asset, entries } = edit({ owner: 'Ann' }, null)
    expect(asset).toEqual({ ...UNKNOWN_ASSET, uuid: UUID, owner: { name: 'Ann', email: null } })
    expect(entries[0]?.changes).toEqual({
      uuid: { last: null, latest: UUID },
      owner_name: { last: null, latest: 'Ann' },
    })
  })

  it('is checked, and everything that is wrong is told', () => {
    const wrong = { name: ' ', owner: 'x'.repeat(257), email: 'ann', labels: ['', 'fine'] }
    expect(findEditProblems(wrong)).toEqual([
      'the name is empty',
      'the owner is longer than 256 characters',
      'the email "ann" is not one, such as ann@example.org',
      'the label is empty',
    ])
    expect(findEditProblems({ labels: Array.from({ length: 65 }, (_, n) => `${n}`) })).toEqual([
      '65 labels are more than 64',
    ])
    expect(findEditProblems({ name: 'James (laptop)', email: 'ann@example.org', team: null })).toEqual([])
  })
})
