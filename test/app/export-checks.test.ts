import { describe, expect, it } from 'vitest'
import { type ExportFormat, exportChecks } from '../../src/app/exchange/export-checks.ts'
import { importChecks } from '../../src/app/exchange/import-checks.ts'
import { openLibrary } from '../../src/app/library.ts'
import { openWorkbench } from '../../src/app/workbench.ts'
import { type Config, makeConfig } from '../../src/config.ts'
import { parseYaml } from '../../src/content/yaml-document.ts'
import { judgeOver } from '../../src/sql/run-test.ts'
import { readSchema, tablesOf } from '../../src/sql/schema.ts'
import { type Fixture, SchemaEngine } from '../../src/sql/schema-engine.ts'
import { loadSqlite } from '../../src/sql/sqlite.ts'
import { writeFiles } from '../scenarios/write-checks.ts'

const CHECKS = `id: root-is-user-0
title: Root is user 0
severity: critical
why: The account \${ROOT} may do all.
fix: Look at $HOME/.bashrc.
schedule: 30m
platforms:
  linux: &same
    table: users
    where: { username: root }
    expect: { uid: 0, shell: { not_in: ['/bin/$SHELL'] } }
  darwin: *same
---
id: no-guest
title: No guest
severity: low
schedule: 0 6 * * mon
platforms:
  linux:
    when: SELECT 1 FROM users WHERE uid = 0
    sql: SELECT CASE username WHEN 'guest' THEN 'fail' WHEN 'odd' THEN 'warn' ELSE 'pass' END AS verdict, username FROM users
---
id: needs-more
title: Needs more
severity: low
schedule: 2w
params: { name: { type: string } }
platforms: { linux: { table: users, where: { username: { param: name } } } }
---
id: reads-lines
title: Reads lines
severity: low
schedule: manual
platforms: { linux: { table: login_defs, where: { name: UMASK } } }
---
id: reaches-out
title: Reaches out
severity: low
effects: [network]
platforms: { linux: { sql: "SELECT response_code = 200 AS passed FROM curl WHERE url = 'https://example.com/'", if_empty: error } }
`

async function open(files: Readonly<Record<string, string>>, more: Partial<Config> = {}) {
  const config = makeConfig({ library: false, checks: [writeFiles(files)], ...more })
  const library = openLibrary(config)
  expect(library.diagnostics).toEqual([])
  const workbench = await openWorkbench(config, library)
  const exportAs = (format: ExportFormat) => {
    const { files, exported, notes } = exportChecks(library.checks, format, { config, workbench })
    return { files, exported, told: notes.map(({ check, message }) => `${check}: ${message}`) }
  }
  return { config, library, workbench, exportAs }
}

const engine = new SchemaEngine(await loadSqlite(), 'linux', tablesOf(readSchema(), 'linux'))

function fixtureOf(...users: readonly Readonly<Record<string, string | number>>[]): Fixture {
  return { rows: new Map([['users', users]]), others: 'empty' }
}

const ROOT = { uid: 0, username: 'root', shell: '/bin/bash' }
const HOSTS: readonly [name: string, fixture: Fixture, verdicts: readonly [string, string]][] = [
  ['a sound host', fixtureOf(ROOT), ['pass', 'pass']],
  ['a host with a guest', fixtureOf(ROOT, { uid: 1, username: 'guest' }), ['pass', 'fail']],
  ['a host with an odd user', fixtureOf(ROOT, { uid: 1, username: 'odd' }), ['pass', 'warn']],
  ['a host whose root is another', fixtureOf({ ...ROOT, uid: 5 }), ['fail', 'not_applicable']],
  ['a host with a variable for a shell', fixtureOf({ ...ROOT, shell: '/bin/$SHELL' }), ['fail', 'pass']],
  ['a host that shows nobody', fixtureOf(), ['error', 'error']],
]

describe('checks as policies of Fleet', () => {
  it('are a list that says what it is, with what could not be exported told apart', async () => {
    const { exportAs } = await open({ 'checks.yaml': CHECKS })
    const { files, exported, told } = exportAs('fleet')
    expect(files).toHaveLength(1)
    const { text } = files[0]!
    expect(text).toMatch(/^# Policies for Fleet/)
    const { documents, diagnostics } = parseYaml(text, 'f')
    expect(diagnostics).toEqual([])
    const policies = documents[0]!.value as Record<string, unknown>[]
    expect(policies.map(({ name, platform, critical }) => [name, platform, critical])).toEqual([
      ['No guest', 'linux', false],
      ['Root is user 0 (darwin)', 'darwin', true],
      ['Root is user 0 (linux)', 'linux', true],
    ])
    expect(exported).toBe(3)
    expect(told).toEqual([
      'needs-more: needs-more: parameter "name" must be given',
      'reaches-out: it has an effect that is not allowed here (network)',
      'reads-lines: it reads login_defs, which osquery has only with the Keelson extension',
    ])
  })

  it('hold nothing that Fleet would replace by a variable', async () => {
    const { exportAs } = await open({ 'checks.yaml': CHECKS })
    const { text } = exportAs('fleet').files[0]!
    expect(text.match(/(?<!\\)\$[A-Za-z_{]\w*/g)).toBeNull()
    expect(text).toContain('Look at \\$HOME/.bashrc.')
    expect(text).toContain("'/bin/' || char(36) || 'SHELL'")
  })

  it.each(HOSTS)('say of %s what the checks say, and so do they when they come back', async (_, fixture, verdicts) => {
    const { config, library, workbench, exportAs } = await open({ 'checks.yaml': CHECKS })
    const { text } = exportAs('fleet').files[0]!
    const policies = (parseYaml(text, 'f').documents[0]!.value as Record<string, string>[]).filter(
      ({ platform }) => platform === 'linux',
    )
    const originals = ['root-is-user-0', 'no-guest'].map((id) => library.checks.find((check) => check.id === id)!)
    const said = originals.map((check) => judgeOver(workbench.compile(check, 'linux'), engine, fixture).verdict)
    expect(said).toEqual(verdicts)
    const passes = verdicts.map((verdict) => ['pass', 'warn', 'not_applicable'].includes(verdict))
    const named = ['Root is user 0 (linux)', 'No guest'].map((name) => policies.find((policy) => policy.name === name)!)
    expect(named.map(({ query }) => engine.value(query!, fixture) !== null)).toEqual(passes)

    const { checks } = await importChecks({ format: 'fleet', files: [{ file: 'f.yml', text }], to: 'x' }, config)
    const back = await open(Object.fromEntries(checks.map((check) => [`${check.id}.yaml`, check.text])))
    const again = ['fleet-root-is-user-0-linux', 'fleet-no-guest'].map((id) => {
      const check = back.library.checks.find((each) => each.id === id)!
      return judgeOver(back.workbench.compile(check, 'linux'), engine, fixture).verdict
    })
    // What imports need to be seen keeps its own gates: silence stays an error.
    const expected = verdicts.map((verdict, index) => (verdict === 'error' ? 'error' : passes[index] ? 'pass' : 'fail'))
    expect(again).toEqual(expected)
  })
})

describe("checks as a pack of osquery's", () => {
  it('are snapshot queries with their interval, and what a pack cannot do is told', async () => {
    const { exportAs } = await open({ 'checks.yaml': CHECKS }, { params: { 'needs-more': { name: 'root' } } })
    const { files, told } = exportAs('osquery-pack')
    const { queries } = JSON.parse(files[0]!.text) as { queries: Record<string, Record<string, unknown>> }
    expect(Object.keys(queries)).toEqual(['needs-more', 'no-guest', 'root-is-user-0-darwin', 'root-is-user-0-linux'])
    expect(queries['root-is-user-0-linux']).toMatchObject({ interval: 1800, platform: 'linux', snapshot: true })
    expect(queries['no-guest']).toMatchObject({ interval: 86_400 })
    expect(queries['needs-more']).toMatchObject({ interval: 604_800 })
    expect(told).toEqual([
      'needs-more: osquery runs a query at least once a week, so it is asked weekly',
      'no-guest: a pack knows no times of day: 0 6 * * mon becomes once a day',
      'reaches-out: it has an effect that is not allowed here (network)',
      'reads-lines: it is run by hand only, and a pack runs by itself',
      'reads-lines: it reads login_defs, which osquery has only with the Keelson extension',
    ])
  })

  it.each(HOSTS)('tell the verdict on %s', async (_, fixture, verdicts) => {
    const { exportAs } = await open({ 'checks.yaml': CHECKS })
    const { queries } = JSON.parse(exportAs('osquery-pack').files[0]!.text) as {
      queries: Record<string, { query: string }>
    }
    const said = ['root-is-user-0-linux', 'no-guest'].map((name) => engine.value(queries[name]!.query, fixture))
    expect(said).toEqual(verdicts)
  })
})

describe('checks as files of SQL', () => {
  it('are one file per check and platform, each with a heading that stays a comment', async () => {
    const { exportAs } = await open({ 'checks.yaml': CHECKS }, { extension: true, effects: ['network'] })
    const { files } = exportAs('sql')
    expect(files.map(({ path }) => path)).toEqual([
      'no-guest.linux.sql',
      'reaches-out.linux.sql',
      'reads-lines.linux.sql',
      'root-is-user-0.darwin.sql',
      'root-is-user-0.linux.sql',
    ])
    const { text } = files.at(-1)!
    expect(text).toMatch(
      /^-- root-is-user-0 on linux, version [0-9a-f]{16}, severity critical\n-- Root is user 0\n--\n/,
    )
    expect(engine.value(text, fixtureOf(ROOT))).toBe('pass')
  })
})

describe('the built-in library', () => {
  it('is exported as statements that are each a single SELECT', async () => {
    const config = makeConfig({})
    const library = openLibrary(config)
    const workbench = await openWorkbench(config, library)
    const { files } = exportChecks(library.checks, 'fleet', { config, workbench, platform: 'linux' })
    const policies = parseYaml(files[0]!.text, 'f').documents[0]!.value as { name: string; query: string }[]
    expect(policies.length).toBeGreaterThan(20)
    expect(new Set(policies.map(({ name }) => name)).size).toBe(policies.length)
    for (const { name, query } of policies) expect(engine.prepare(query).readOnly, name).toBe(true)
  })
})
