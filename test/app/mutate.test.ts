import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mutateTests } from '../../src/app/mutate/index.ts'
import { readAccepted } from '../../src/app/mutate/read-accepted.ts'
import { loadLibrary } from '../../src/content/load.ts'
import { writeFolder } from '../content/write-folder.ts'

const CHECK = `id: few-users
title: Few users
severity: low
platforms:
  linux:
    all:
      - { use: at_least, with: { uid: 5 } }
      - sql: |
          SELECT shell <> '' AS passed
          FROM users
          WHERE uid < 100
tests:
  - { name: good, platform: linux, given: { users: [{ uid: 50, shell: a }] }, verdict: pass }
  - { name: low, platform: linux, given: { users: [{ uid: 4, shell: a }] }, verdict: fail }
  - { name: no shell, platform: linux, given: { users: [{ uid: 50, shell: '' }, { uid: 51, shell: a }] }, verdict: fail }
`
const TEMPLATE = `template: at_least
params:
  uid: { type: integer }
platforms:
  linux: { sql: 'SELECT uid >= :uid AS passed FROM users' }
`
const FILES = { 'few-users.yaml': CHECK, 'templates/at_least.yaml': TEMPLATE }

async function mutate(files: Readonly<Record<string, string>> = FILES, accept?: string, threads = 0) {
  const folder = writeFolder({ ...files, ...(accept === undefined ? {} : { 'accepted/mutants.txt': accept }) })
  const library = loadLibrary([folder])
  expect(library.diagnostics).toEqual([])
  const report = await mutateTests(
    library,
    { patterns: [], tags: [] },
    { folders: [folder], threads, ...(accept === undefined ? {} : { accept: join(folder, 'accepted/mutants.txt') }) },
  )
  const survivors = report.results.flatMap(({ name, survivors: left }) =>
    left.map(({ mutant, place, closest, accepted }) => ({ name, mutant, line: place.line, closest, accepted })),
  )
  return { ...report, survivors, folder }
}

describe('mutating the tests of a library', () => {
  it('tells of each check and each template it uses what no test notices, where, and which test comes closest', async () => {
    const { results, survivors } = await mutate()
    expect(results.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['check few-users', 'template at_least'])
    expect(survivors).toContainEqual({
      name: 'few-users',
      mutant: 'linux all[1].sql: users WHERE uid < 100 → users WHERE 1',
      line: 11,
      closest: expect.objectContaining({ check: 'few-users', otherwise: false }),
      accepted: undefined,
    })
    expect(survivors.filter(({ name }) => name === 'at_least')).toEqual([
      expect.objectContaining({ mutant: 'linux sql: SELECT uid >= :uid AS → SELECT uid > :uid AS', line: 5 }),
    ])
  })

  it('finds the same in threads', async () => {
    const more = Object.fromEntries(
      ['b', 'c', 'd'].map((letter) => [`${letter}.yaml`, CHECK.replace('few-users', `few-${letter}`)]),
    )
    const [alone, threaded] = [await mutate({ ...FILES, ...more }), await mutate({ ...FILES, ...more }, undefined, 2)]
    expect(threaded.results.map(({ name, killed }) => [name, killed])).toEqual(
      alone.results.map(({ name, killed }) => [name, killed]),
    )
    expect(threaded.survivors.map(({ mutant }) => mutant)).toEqual(alone.survivors.map(({ mutant }) => mutant))
  })

  it('takes what is accepted with a reason as it is, and says which entries are stale', async () => {
    const accept = `templates:
  at_least:
    'linux sql: SELECT uid >= :uid AS → SELECT uid > :uid AS': a reason
    'linux sql: it was once': another
checks:
  gone: { 'linux sql: x': a third }
`
    const { survivors, stale } = await mutate(FILES, accept)
    expect(survivors.find(({ name }) => name === 'at_least')?.accepted).toBe('a reason')
    expect(stale.map(({ name, mutant, place }) => [name, mutant, place.line])).toEqual([
      ['at_least', 'linux sql: it was once', 4],
      ['gone', 'linux sql: x', 6],
    ])
  })

  it('says that a check whose tests fail of themselves tells nothing', async () => {
    const { results } = await mutate({
      ...FILES,
      'few-users.yaml': CHECK.replace('uid: 50, shell: a', 'uid: 3, shell: a'),
    })
    expect(results[0]).toMatchObject({
      killed: 0,
      problem: 'few-users: the test "good" on linux fails of itself, so its mutants tell nothing',
      hint: 'checks test few-users says what is wrong',
    })
  })

  it.each([
    ['unknown sections', 'chekcs: {}', ':1:1: unknown key "chekcs": known are checks and templates'],
    ['missing reasons', 'checks:\n  a:\n    "x": ""', ':3:5: "x" needs a reason'],
    ['lists', 'checks:\n  a: [x]', ':2:6: a must be a mapping of mutants'],
    ['broken YAML', 'checks: {', ':1:10: '],
  ])('says where a list of accepted mutants is wrong: %s', (_, text, message) => {
    const file = join(writeFolder({ 'mutants.yaml': text }), 'mutants.yaml')
    expect(() => readAccepted(file)).toThrow(`${file}${message}`)
  })
})
