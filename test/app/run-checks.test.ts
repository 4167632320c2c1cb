import { describe, expect, it, onTestFinished } from 'vitest'
import { openSource } from '../../src/app/open-source.ts'
import { openLibrary, openWorkbench, runChecks, serveEngine } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { Source, TextRow } from '../../src/core/source.ts'
import { makeFolder } from '../scenarios/run-checks.ts'
import { onlyChecks, writeCheck } from '../scenarios/write-checks.ts'

const FILES = {
  'a.yaml': writeCheck('one', 'SELECT 1 AS passed'),
  'b.yaml': writeCheck('two', 'SELECT 0 AS passed FROM users'),
}

async function run(source: Source, files: Record<string, string> = FILES) {
  const config = readConfig({ library: false, checks: [onlyChecks(files)[2] as string] }, {}, makeFolder())
  const library = openLibrary(config)
  const progress: [number, number][] = []
  const times = [1_000, 2_000]
  const report = await runChecks(source, await openWorkbench(config, library), {
    config,
    library,
    selection: { patterns: [], tags: [] },
    onProgress: (judged, of) => progress.push([judged, of]),
    clock: () => times.shift() ?? 0,
  })
  return { report, progress }
}

/** A source that says of its machine what the test says, and passes every check. */
function standIn(facts: Record<string, TextRow[]>): Source {
  return {
    info: { kind: 'socket', version: '5.23.0', preview: false, reportsUnreadable: false },
    query: async (sql) => {
      const table = /^SELECT [a-z_, ]+ FROM (\w+)/.exec(sql)?.[1] ?? ''
      if (table in facts) return facts[table] as TextRow[]
      const cells = Array.from({ length: 9 }, (_, i) => [
        `c${i}`,
        '{"tally":{"pass":1,"warn":0,"fail":0,"error":0,"not_applicable":0},"rows":[]}',
      ])
      return [Object.fromEntries(cells)]
    },
    close: async () => {},
  }
}

const SYSTEM = { system_info: [{ uuid: 'ABC-1', computer_name: '', hostname: 'host' }] }
const TABLES = { osquery_registry: [{ name: 'users' }] }

describe('a run', () => {
  it('takes its times from the clock, reports progress, and sums up', async () => {
    const os = { os_version: [{ name: 'Debian GNU/Linux', version: '12 (bookworm)', platform: 'debian' }] }
    const { report, progress } = await run(standIn({ ...SYSTEM, ...os, ...TABLES }))
    expect(report).toMatchObject({
      asset: { uuid: 'abc-1', name: 'host', platform: 'linux', os: 'Debian GNU/Linux 12 (bookworm)' },
      startedAt: '1970-01-01T00:00:01.000Z',
      finishedAt: '1970-01-01T00:00:02.000Z',
      summary: { pass: 2, warn: 0, fail: 0, error: 0, not_applicable: 0 },
    })
    expect(progress).toEqual([
      [1, 2],
      [2, 2],
    ])
  })

  it.each([
    [{ name: 'macOS', version: '15.1', platform: 'darwin' }, 'darwin', 'macOS 15.1'],
    [
      { name: 'Microsoft Windows 11 Pro', version: '10.0.22631', platform: 'windows' },
      'windows',
      'Microsoft Windows 11 Pro 10.0.22631',
    ],
    [{ name: 'Ubuntu', version: 'Ubuntu 24.04', platform: 'ubuntu' }, 'linux', 'Ubuntu 24.04'],
  ])('of %j is of the platform %s', async (row, platform, os) => {
    const { report } = await run(standIn({ ...SYSTEM, os_version: [row], ...TABLES }))
    expect(report.asset).toMatchObject({ platform, os })
    // The checks at hand say nothing of other platforms.
    expect(report.results.length).toBe(platform === 'linux' ? 2 : 0)
  })

  it('answers a check without asking where its table is not there, and asks where the tables are not known', async () => {
    const os = { os_version: [{ name: 'Debian', version: '12', platform: 'debian' }] }
    const lacking = await run(standIn({ ...SYSTEM, ...os, osquery_registry: [{ name: 'time' }] }))
    expect(lacking.report.results.map(({ verdict }) => verdict)).toEqual(['pass', 'error'])
    expect(lacking.report.results[1]?.error).toMatch(/needs the table users.*this is osquery 5\.23\.0/)
    const unknown = await run(standIn({ ...SYSTEM, ...os, osquery_registry: [] }))
    expect(unknown.report.results.map(({ verdict }) => verdict)).toEqual(['pass', 'pass'])
  })

  it('names the extension where a table of its own is missing, and judges the rest', async () => {
    const os = { os_version: [{ name: 'Debian', version: '12', platform: 'debian' }] }
    const needing = writeCheck('three', "SELECT value = '022' AS passed FROM login_defs WHERE name = 'UMASK'")
    const { report } = await run(standIn({ ...SYSTEM, ...os, ...TABLES }), { ...FILES, 'c.yaml': needing })
    expect(report.results.map(({ verdict }) => verdict)).toEqual(['pass', 'error', 'pass'])
    expect(report.results[1]?.error).toMatch(/needs the Keelson extension, which brings the table login_defs/)
  })

  it('fails as a whole only when the source cannot name its machine', async () => {
    const source = standIn({})
    await expect(run({ ...source, query: () => Promise.reject(new Error('gone')) })).rejects.toThrow('gone')
  })

  it('over a socket and inside judges alike', async () => {
    const path = `${makeFolder()}/q.em`
    const served = await serveEngine(path)
    onTestFinished(() => served.close())
    const read = (flags: object) => openSource(readConfig(flags, {}, makeFolder()))
    const [outside, inside] = await Promise.all([read({ socket: path }), read({ source: 'embedded' })])
    onTestFinished(async () => void (await Promise.all([outside.source.close(), inside.source.close()])))
    const [one, two] = [await run(outside.source), await run(inside.source)]
    expect(one.report.results).toEqual(two.report.results)
    expect(one.report.source).toMatchObject({ kind: 'socket', preview: true })
    expect(two.report.source).toMatchObject({ kind: 'embedded', preview: true })
  })
})
