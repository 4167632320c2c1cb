import { describe, expect, it } from 'vitest'
import { type ImportRequest, importChecks } from '../../src/app/exchange/import-checks.ts'
import { openLibrary } from '../../src/app/library.ts'
import { openWorkbench } from '../../src/app/workbench.ts'
import { makeConfig } from '../../src/config.ts'
import type { Cell } from '../../src/core/check.ts'
import { judgeOver } from '../../src/sql/run-test.ts'
import { readSchema, tablesOf } from '../../src/sql/schema.ts'
import { type Fixture, SchemaEngine } from '../../src/sql/schema-engine.ts'
import { loadSqlite } from '../../src/sql/sqlite.ts'
import { writeFiles } from '../scenarios/write-checks.ts'

const engine = new SchemaEngine(await loadSqlite(), 'linux', tablesOf(readSchema(), 'linux'))

type Tables = Readonly<Record<string, readonly Readonly<Record<string, Cell>>[]>>

/** What every host answers that osquery looks at as root. */
const HEALTHY: Tables = {
  osquery_info: [{ pid: 1 }],
  processes: [{ pid: 1, name: 'osqueryd', path: '/usr/bin/osqueryd', euid: 0 }],
  file: [{ path: '/' }],
  users: [{ uid: 0, username: 'root', shell: '/bin/bash' }],
  mounts: [{ path: '/', blocks_available: 5000 }],
}

const HOSTS: Readonly<Record<string, Tables>> = {
  'a healthy host': HEALTHY,
  'a host with an NFS server': {
    ...HEALTHY,
    processes: [...HEALTHY.processes!, { pid: 2, name: 'nfsd', path: '/sbin/nfsd', euid: 0 }],
  },
  'a host with exports': { ...HEALTHY, file: [{ path: '/' }, { path: '/etc/exports' }] },
  'a host with a second root': {
    ...HEALTHY,
    users: [...HEALTHY.users!, { uid: 0, username: 'toor', shell: '/bin/sh' }],
  },
  'a host whose disk is full': { ...HEALTHY, mounts: [{ path: '/', blocks_available: 3 }] },
  'a host whose accounts cannot be seen': { ...HEALTHY, users: [] },
}

const QUERIES: Readonly<Record<string, string>> = {
  'No NFS': `SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM processes WHERE path = '/sbin/nfsd')
  AND NOT EXISTS (SELECT 1 FROM file WHERE path = '/etc/exports');`,
  'One root': 'SELECT 1 FROM (SELECT count(*) AS roots FROM users WHERE uid = 0) WHERE roots = 1 -- only one',
  'Disk has room': 'SELECT * FROM mounts WHERE path = "/" AND blocks_available > 1000',
  'Root has a shell': `WITH roots AS (SELECT * FROM users WHERE uid = 0)
SELECT username, shell FROM roots WHERE shell LIKE '/bin/%' LIMIT 1;;`,
}

function fixtureOf(tables: Tables): Fixture {
  return { rows: new Map(Object.entries(tables)), others: 'empty' }
}

async function judgeImported(
  format: ImportRequest['format'],
  file: string,
  text: string,
  more: Partial<ImportRequest> = {},
) {
  const { checks } = await importChecks(
    { format, files: [{ file, text }], to: 'x', ...more },
    makeConfig({ library: false }),
  )
  const folder = writeFiles(Object.fromEntries(checks.map(({ id, text }) => [`${id}.yaml`, text])))
  const config = makeConfig({ library: false, checks: [folder] })
  const library = openLibrary(config)
  expect(library.diagnostics).toEqual([])
  const workbench = await openWorkbench(config, library)
  const compiled = library.checks.map((check) => workbench.compile(check, 'linux'))
  return (tables: Tables) =>
    Object.fromEntries(compiled.map((each) => [each.check.id, judgeOver(each, engine, fixtureOf(tables)).verdict]))
}

/** Whether the query itself answers a row, as osquery would run it. */
function answers(sql: string, tables: Tables): boolean {
  const statement = sql.replace(/;+\s*$/, '').replace(/--.*$/, '')
  return Number(engine.value(`SELECT count(*) FROM (${statement}\n)`, fixtureOf(tables))) > 0
}

const names = Object.keys(QUERIES)
const slug = (name: string) => name.toLowerCase().replaceAll(' ', '-')

describe('what is imported', () => {
  it.each(Object.entries(HOSTS))(
    'says of %s what the policies of Fleet said, but for what nobody saw',
    async (host, tables) => {
      const policies = names.map((name) => ({ name, query: QUERIES[name], platform: 'linux' }))
      const judge = await judgeImported('fleet', 'f.json', JSON.stringify({ policies }))
      const said = judge(tables)
      const expected = names.map((name) => {
        const seesAccounts = !/users/.test(QUERIES[name]!) || host !== 'a host whose accounts cannot be seen'
        return [`fleet-${slug(name)}`, seesAccounts ? (answers(QUERIES[name]!, tables) ? 'pass' : 'fail') : 'error']
      })
      expect(said).toEqual(Object.fromEntries(expected))
    },
  )

  it.each(Object.entries(HOSTS))('says of %s that rows of a pack are findings, or are none', async (host, tables) => {
    const queries = Object.fromEntries(names.map((name) => [name, { query: QUERIES[name], interval: 60 }]))
    const asFindings = (await judgeImported('osquery-pack', 'p.json', JSON.stringify({ queries }), { rows: 'fail' }))(
      tables,
    )
    const asPasses = (await judgeImported('osquery-pack', 'p.json', JSON.stringify({ queries }), { rows: 'pass' }))(
      tables,
    )
    for (const name of names) {
      const seesAccounts = !/users/.test(QUERIES[name]!) || host !== 'a host whose accounts cannot be seen'
      const found = answers(QUERIES[name]!, tables)
      const [whenFinding, whenPass] = found ? ['fail', 'pass'] : ['pass', 'fail']
      expect(asFindings[`p-${slug(name)}`], name).toBe(seesAccounts ? whenFinding : 'error')
      expect(asPasses[`p-${slug(name)}`], name).toBe(seesAccounts ? whenPass : 'error')
    }
  })

  it('says what ztl_status says, and does not know where it says nothing', async () => {
    const sql =
      "SELECT CASE WHEN shell = '/bin/bash' THEN 'ok' WHEN uid = 0 THEN 'FAILED' ELSE 'UNKNOWN' END AS ztl_status, username FROM users WHERE uid >= 0"
    const list = [{ name: 'shells', sql, compliance_check_enabled: true, platforms: ['linux'] }]
    const judge = await judgeImported('zentral', 'z.json', JSON.stringify(list))
    const verdictOf = (users: Tables[string]) => judge({ ...HEALTHY, users })['zentral-shells']
    const root = { uid: 0, username: 'root', shell: '/bin/bash' }
    expect(verdictOf([root])).toBe('pass')
    expect(verdictOf([root, { uid: 5, username: 'x', shell: '/bin/sh' }])).toBe('error')
    expect(
      verdictOf([
        { ...root, shell: '/bin/sh' },
        { uid: 5, username: 'x', shell: '' },
      ]),
    ).toBe('fail')
    expect(verdictOf([{ uid: -1, username: 'x', shell: '' }])).toBe('error')
  })
})
