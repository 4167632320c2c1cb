import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Host } from '../../src/host/host.ts'
import { openFileTables, readVectors, runShell, sortRows, type TextRow } from './open-file-tables.ts'

const { setup, cases } = readVectors<{
  setup: string[]
  cases: { sql: string; rows?: TextRow[]; error?: string }[]
}>('paths.json')
const isRoot = process.getuid?.() === 0

describe('the recorded paths', () => {
  let root: string
  let query: (sql: string) => TextRow[]

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'keelson-paths-'))
    mkdirSync(join(root, 'mnt'))
    const commands = setup.filter((command) => isRoot || !command.startsWith('chown'))
    runShell(
      commands.map((command) => command.replaceAll('/mnt/f', `${root}/mnt/f`)),
      root,
    )
    query = openFileTables(new Host(root))
  })
  afterAll(() => rmSync(root, { recursive: true }))

  it.each(cases)('answer as osquery did: $sql', ({ sql, rows, error }) => {
    if (error !== undefined) return expect(() => query(sql)).toThrow(error)
    const answer = query(sql)
    // Only root can give files away, as the recorded setup does.
    const comparable = isRoot ? (rows ?? []) : (rows ?? []).map((row) => ({ ...row, ...pick(answer[0], row) }))
    expect(sortRows(answer)).toEqual(sortRows(comparable))
  })
})

function pick(answer: TextRow | undefined, row: TextRow): TextRow {
  return 'uid' in row && answer ? { uid: answer.uid ?? '', gid: answer.gid ?? '' } : {}
}
