import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compareCheckpoint, readCheckpoint, signCheckpoint } from '../../src/state/checkpoint.ts'
import { keyFile, openSigningKey, readPublicKey } from '../../src/state/signing-key.ts'
import { HOUR, openStore } from './fill-store.ts'
import { fillLedger, makeFolder, reportHour, START, tamper } from './sample-ledger.ts'

const NOW = START + 100 * HOUR

async function signOf(path: string) {
  const { store } = await openStore(path, NOW)
  const checkpoint = signCheckpoint(await store.head(), openSigningKey(path), NOW)
  await store.close()
  return checkpoint
}

async function compare(path: string, checkpoint: Awaited<ReturnType<typeof signOf>>) {
  const { store } = await openStore(path, NOW)
  const problem = compareCheckpoint(store.db, await store.head(), checkpoint)
  await store.close()
  return problem
}

describe('the key of a state', () => {
  it('is made on first use, for its owner only, and then stays', () => {
    const path = join(makeFolder(), 'state.db')
    expect(readPublicKey(path)).toBeUndefined()
    openSigningKey(path)
    const key = readPublicKey(path)
    expect(key).toMatch(/^[\w-]{43}$/)
    expect(statSync(keyFile(path)).mode & 0o777).toBe(0o600)
    openSigningKey(path)
    expect(readPublicKey(path)).toBe(key)
  })

  it('is told about when it cannot be used', () => {
    const path = join(makeFolder(), 'state.db')
    writeFileSync(keyFile(path), 'no key')
    expect(() => openSigningKey(path)).toThrow(/the key .* cannot be used/)
    expect(() => openSigningKey(join(makeFolder(), 'nowhere', 'state.db'))).toThrow(/cannot be used/)
  })
})

describe('a checkpoint', () => {
  it('says how the ledger ended, and anyone can verify who signed it', async () => {
    const path = await fillLedger(3)
    const checkpoint = await signOf(path)
    expect(checkpoint).toMatchObject({ checkpoint: 'keelson/1', sequence: 7, key: readPublicKey(path) })
    expect(Object.keys(checkpoint)).toEqual(['checkpoint', 'ledger', 'sequence', 'hash', 'time', 'key', 'signature'])
    expect(readCheckpoint(JSON.stringify(checkpoint, null, 4), 'it')).toEqual(checkpoint)
    expect(existsSync(keyFile(path))).toBe(true)
  })

  it.each([
    ['sequence', 6],
    ['hash', 'ab'.repeat(32)],
    ['ledger', 'another'],
    ['time', '2020-01-01T00:00:00.000Z'],
    ['key', 'clWh0z_6-zjfe2cQhADiEZW76_pl6JOMZcQ-H6vFmNk'],
    ['key', 'nonsense'],
    ['signature', 'nonsense'],
  ])('is refused when its %s was changed', async (field, value) => {
    const checkpoint = await signOf(await fillLedger(3))
    const text = JSON.stringify({ ...checkpoint, [field]: value })
    expect(() => readCheckpoint(text, 'it')).toThrow(/the signature of it is wrong/)
  })

  it.each(['', 'x', 'null', '7', '[]', '{}', '{"checkpoint":"keelson/2"}'])('is not %j', (text) => {
    expect(() => readCheckpoint(text, 'it')).toThrow(/it is no checkpoint/)
  })

  it('holds while the ledger goes on', async () => {
    const path = await fillLedger(3)
    const checkpoint = await signOf(path)
    expect(await compare(path, checkpoint)).toBeUndefined()
    const { store } = await openStore(path, START + 4 * HOUR)
    await reportHour(store, 4)
    await reportHour(store, 5)
    await store.close()
    expect(await compare(path, checkpoint)).toBeUndefined()
  })

  it('tells of entries that were cut off at the end', async () => {
    const path = await fillLedger(3)
    const checkpoint = await signOf(path)
    tamper(path, 'DELETE FROM entry WHERE sequence > 5', 'DELETE FROM payload WHERE sequence > 5')
    expect(await compare(path, checkpoint)).toMatch(
      /ends at entry 5, and on 2026-03-05T04:00:00.000Z it had 7: it was cut/,
    )
  })

  it('tells of a history that was written anew', async () => {
    const path = await fillLedger(3)
    const checkpoint = await signOf(path)
    tamper(path, 'UPDATE entry SET hash = zeroblob(32) WHERE sequence = 7')
    expect(await compare(path, checkpoint)).toMatch(/history up to entry 7 is not what it was .* changed since/)
  })

  it('tells of another ledger in its place', async () => {
    const checkpoint = await signOf(await fillLedger(3))
    expect(await compare(await fillLedger(4), checkpoint)).toMatch(/the checkpoint is of another ledger/)
  })
})
