import { copyFileSync, cpSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { listBackups } from '../../src/state/backup.ts'
import { verifyArchive } from '../../src/state/verify-archive.ts'
import { verifyLedger } from '../../src/state/verify-ledger.ts'
import { WEB_1 } from '../state/fill-store.ts'
import { ask, fillLedger } from '../state/sample-ledger.ts'
import { makeFolder, runChecks, startChecks } from './run-checks.ts'

const ROUNDS = 10
const HOURS = 1500

interface Place {
  readonly folder: string
  readonly state: string
}

/**
 * Runs a command on copies of one state: once to its end, to see how long it takes, then again and again, killed at a
 * random moment. What must hold afterwards is looked at each time, and then the command must succeed.
 */
async function killOften(args: (place: Place) => string[], look: (place: Place) => Promise<void>): Promise<void> {
  const template = await fillLedger(HOURS)
  const backup = join(makeFolder(), 'backup.db')
  await runChecks(['backup', backup, '--state', template])
  const copy = (): Place => {
    const folder = makeFolder()
    const state = join(folder, 'state.db')
    copyFileSync(template, state)
    cpSync(backup, join(folder, 'backup.db'))
    return { folder, state }
  }
  const run = (place: Place) => runChecks([...args(place), '--state', place.state])
  const began = performance.now()
  expect((await run(copy())).code).toBe(0)
  const whole = performance.now() - began
  for (let round = 0; round < ROUNDS; round++) {
    const place = copy()
    const child = startChecks([...args(place), '--state', place.state])
    const ended = new Promise((resolve) => child.on('close', resolve))
    const moment = whole * (0.2 + 0.8 * Math.random())
    await sleep(moment)
    child.kill('SIGKILL')
    await ended
    expect((await verifyLedger(place.state)).problems, `killed after ${moment} of ${whole} ms`).toEqual([])
    await look(place)
    const again = await run(place)
    expect([again.code, again.stderr]).toEqual([0, ''])
    expect((await verifyLedger(place.state)).problems).toEqual([])
    await look(place)
    expect(readdirSync(place.folder).filter((name) => name.includes('unfinished'))).toEqual([])
  }
}

describe('whoever is killed in the middle of', () => {
  it('pruning leaves a ledger that is sound', async () => {
    await killOften(
      () => ['ledger', 'prune', '--yes', '--before', '2026-04-20'],
      async ({ state }) => {
        expect(ask(state, 'SELECT count(*) FROM check_state WHERE entry NOT IN (SELECT sequence FROM payload)')).toBe(0)
      },
    )
  })

  it('a backup leaves only whole ones, and nothing of the others after the next', async () => {
    await killOften(
      () => ['backup'],
      async ({ state }) => {
        for (const file of listBackups(state)) expect(await verifyLedger(file)).toMatchObject({ problems: [] })
      },
    )
  })

  it('a restore leaves the one state or the other', async () => {
    const ends = 1 + 2 + 2 * (HOURS - 1)
    await killOften(
      ({ folder }) => ['restore', join(folder, 'backup.db')],
      async ({ state }) => expect([ends, ends + 1]).toContain((await verifyLedger(state)).entries),
    )
  })

  it('erasing leaves all of a machine or nothing', async () => {
    await killOften(
      ({ state }) => {
        // Once it is gone there is nothing left to erase.
        const left = ask(state, `SELECT count(*) FROM asset WHERE uuid = '${WEB_1.uuid}'`)
        return left ? ['ledger', 'erase', '--asset', WEB_1.uuid, '--yes'] : ['ledger', 'compact']
      },
      async ({ state }) => {
        const left = [`asset WHERE uuid = '${WEB_1.uuid}'`, 'check_state WHERE asset = 1', 'batch WHERE asset = 1']
        const counts = left.map((rows) => ask<number>(state, `SELECT min(count(*), 1) FROM ${rows}`))
        expect([
          [1, 1, 1],
          [0, 0, 0],
        ]).toContainEqual(counts)
      },
    )
  })

  it('an archive leaves a whole one or none', async () => {
    await killOften(
      ({ folder }) => {
        const file = join(folder, 'archive.gz')
        return existsSync(file) ? ['ledger', 'verify', '--archive', file] : ['ledger', 'archive', file]
      },
      async ({ folder }) => {
        const file = join(folder, 'archive.gz')
        if (existsSync(file)) expect((await verifyArchive(file)).problems).toEqual([])
      },
    )
  })
})
