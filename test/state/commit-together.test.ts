import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { EntryDraft } from '../../src/core/event.ts'
import type { Changes } from '../../src/core/state.ts'
import { openSqlite } from '../../src/state/open-sqlite.ts'

const NOW = Date.parse('2026-03-04T12:00:00Z')

async function openStore() {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-state-'))
  const store = await openSqlite(join(folder, 'state.db'), { clock: () => NOW })
  onTestFinished(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return store
}

function saying(meta: Readonly<Record<string, unknown>>): EntryDraft {
  return { action: 'SOMETHING_HAPPENED', level: 'INFO', observedAt: NOW, changes: null, meta }
}

function writing(...entries: readonly EntryDraft[]): () => Changes {
  return () => ({ entries })
}

it('lets the others be, when one of those that are committed together cannot be written', async () => {
  const store = await openStore()
  // JSON has no such number.
  const unfit = writing(saying({ good: true }), saying({ size: 1n }))
  const commits = [writing(saying({ n: 1 })), unfit, writing(saying({ n: 2 }))].map((decide) =>
    store.commit(null, decide),
  )
  const settled = await Promise.allSettled(commits)
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  const events = await store.events({ actions: ['SOMETHING_HAPPENED'] })
  expect(events.map(({ event }) => event?.meta?.n)).toEqual([1, 2])
  expect((await store.head()).sequence).toBe(3)
})

it('commits what came together in the order it came, however much it is', async () => {
  const store = await openStore()
  const many = Array.from({ length: 700 }, (_, n) => saying({ n }))
  const commits = Array.from({ length: 8 }, () => store.commit(null, writing(...many)))
  const committed = await Promise.all(commits)
  const sequences = committed.flatMap(({ entries }) => entries.map(({ sequence }) => sequence))
  expect(sequences).toEqual(Array.from({ length: 8 * 700 }, (_, index) => index + 2))
  expect((await store.events({ after: 1 })).map(({ event }) => event?.meta?.n)).toEqual(
    Array.from({ length: 8 * 700 }, (_, index) => index % 700),
  )
})
