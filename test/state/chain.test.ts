import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createLinker, digestPayload, GENESIS } from '../../src/state/chain.ts'
import { unpackPayload } from '../../src/state/payload.ts'
import { makeFolder } from '../scenarios/run-checks.ts'
import { fillStore, openStore } from './fill-store.ts'

/** The link as docs/decisions/2026-11-20-ledger.md tells it, in other words than the program's. */
function link(previous: string, sequence: number, digest: string): string {
  const place = BigInt(sequence).toString(16).padStart(16, '0')
  return createHash('sha256')
    .update(Buffer.from(previous + place + digest, 'hex'))
    .digest('hex')
}

describe('the chain', () => {
  it('begins with zeros', () => {
    expect(GENESIS).toBe('0'.repeat(64))
  })

  it.each([1, 2, 255, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER])(
    'links entry %d by SHA-256 over what came before, its sequence and its digest',
    (sequence) => {
      const linkNext = createLinker()
      const [previous, digest] = [digestPayload('before'), digestPayload('{"é":1}')]
      expect(linkNext(previous, sequence, digest)).toBe(link(previous, sequence, digest))
      // Nothing of one link is left in the next.
      expect(linkNext(GENESIS, 1, digest)).toBe(link(GENESIS, 1, digest))
    },
  )

  it('changes with each part', () => {
    const linkNext = createLinker()
    const [one, other] = [digestPayload('1'), digestPayload('2')]
    const hashes = [linkNext(one, 1, one), linkNext(other, 1, one), linkNext(one, 2, one), linkNext(one, 1, other)]
    expect(new Set(hashes).size).toBe(4)
  })

  it('can be followed in a database with SHA-256 alone', async () => {
    const path = join(makeFolder(), 'state.db')
    await fillStore(path, Date.UTC(2026, 2, 4))
    const { store } = await openStore(path, Date.UTC(2026, 2, 5))
    const rows = store.db
      .prepare<[], { sequence: number; digest: string; hash: string; body: string | Buffer }>(
        'SELECT sequence, lower(hex(digest)) AS digest, lower(hex(hash)) AS hash, body FROM entry JOIN payload USING (sequence) ORDER BY sequence',
      )
      .all()
    let previous = '0'.repeat(64)
    for (const [index, { sequence, digest, hash, body }] of rows.entries()) {
      expect(sequence).toBe(index + 1)
      expect(createHash('sha256').update(unpackPayload(body)).digest('hex')).toBe(digest)
      expect(link(previous, sequence, digest)).toBe(hash)
      previous = hash
    }
    expect(await store.head()).toMatchObject({ sequence: rows.length, hash: previous })
    await store.close()
  })
})
