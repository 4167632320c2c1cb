import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EmbeddedEngine } from '../../src/host/embedded-engine.ts'
import type { TableColumn } from '../../src/sql/table.ts'
import { writeFiles } from '../scenarios/write-checks.ts'

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'
const COLUMNS: TableColumn[] = [
  { name: 'key', type: 'TEXT', index: true },
  { name: 'value', type: 'INTEGER' },
]

function openEngine(...given: ConstructorParameters<typeof EmbeddedEngine>): EmbeddedEngine {
  const engine = new EmbeddedEngine(...given)
  onTestFinished(() => engine.close())
  return engine
}

describe('the embedded engine', () => {
  it('says that it is a preview, and which osquery it follows', async () => {
    const engine = openEngine()
    const [info] = await engine.query('SELECT version, build_distro FROM osquery_info')
    expect(engine.info).toMatchObject({ kind: 'embedded', preview: true, reportsUnreadable: true })
    expect(info).toEqual({ version: engine.info.version, build_distro: 'keelson' })
  })

  it('answers queries that were asked at once, each with its own rows', async () => {
    const engine = openEngine()
    const answers = await Promise.all([1, 2, 3].map((n) => engine.query(`SELECT ${n} AS n`)))
    expect(answers).toEqual([[{ n: '1' }], [{ n: '2' }], [{ n: '3' }]])
  })

  it('renders values as osquery does: text, NULL as nothing', async () => {
    const [row] = await openEngine().query(`SELECT NULL AS a, 1.0 AS b, 'x' AS c, 9007199254740993 AS d`)
    expect(row).toEqual({ a: '', b: '1.0', c: 'x', d: '9007199254740993' })
  })

  it.each([
    ['SELECT * FROM nope', /^no such table: nope$/],
    ['SELECT nope FROM users', /^no such column: nope$/],
    ['SELECT path FROM file', /without a required column/],
    ['INSERT INTO users (uid) VALUES (1)', /not authorized|prohibited|may not be modified/],
    [`ATTACH '/tmp/x' AS x`, /not authorized/],
  ])('refuses %s as SQL, and goes on', async (sql, message) => {
    const engine = openEngine()
    await expect(engine.query(sql)).rejects.toMatchObject({ failure: 'sql', message: expect.stringMatching(message) })
    expect(await engine.query('SELECT 1 AS n')).toEqual([{ n: '1' }])
  })

  it('gives up a query that never ends after its time, and answers the next', async () => {
    const engine = openEngine()
    await expect(engine.query(ENDLESS, { timeout: 100 })).rejects.toMatchObject({ failure: 'timeout' })
    expect(await engine.query('SELECT 1 AS n')).toEqual([{ n: '1' }])
    await expect(engine.query(ENDLESS, { timeout: 100 })).rejects.toMatchObject({ failure: 'timeout' })
    expect(await engine.query('SELECT 2 AS n', { timeout: 5000 })).toEqual([{ n: '2' }])
  })

  it('ends its thread when one step takes too long, and starts another with the attached tables', async () => {
    const engine = openEngine()
    await engine.attach('mine', COLUMNS, async () => [{ key: 'a', value: '1' }])
    // One call of a function, in which SQLite never looks at the clock.
    const stuck = `SELECT length(replace(hex(zeroblob(200000000)), '0', 'x')) AS n, sleep(10)`
    await expect(engine.query(stuck, { timeout: 100 })).rejects.toMatchObject({ failure: 'timeout' })
    expect(await engine.query('SELECT value FROM mine')).toEqual([{ value: '1' }])
  })

  it('reads tables of other processes, and passes on their failures', async () => {
    const engine = openEngine()
    const contexts: string[] = []
    await engine.attach('mine', COLUMNS, async (context) => {
      contexts.push(context)
      return [{ key: 'a', value: '010' }]
    })
    expect(await engine.query(`SELECT value FROM mine WHERE key = 'a'`)).toEqual([{ value: '8' }])
    expect(JSON.parse(contexts[0] as string).constraints[0]).toEqual({
      name: 'key',
      list: [{ op: 2, expr: 'a' }],
      affinity: 'TEXT',
    })
    await engine.attach('broken', COLUMNS, () => Promise.reject(new Error('the table broke')))
    await expect(engine.query('SELECT * FROM broken')).rejects.toMatchObject({
      failure: 'sql',
      message: 'the table broke',
    })
    await engine.detach('mine')
    await expect(engine.query('SELECT * FROM mine')).rejects.toThrow('vtable constructor failed: mine')
    await engine.attach('mine', COLUMNS, async () => [])
    expect(await engine.query('SELECT * FROM mine')).toEqual([])
  })

  it('names its tables in osquery_registry, and no more once they are detached', async () => {
    const engine = openEngine()
    const names = async () => {
      const rows = await engine.query(`SELECT name FROM osquery_registry WHERE registry = 'table' AND active = 1`)
      return rows.map(({ name }) => name)
    }
    await engine.attach('mine', COLUMNS, async () => [])
    expect(await names()).toEqual(expect.arrayContaining(['users', 'processes', 'mine']))
    await engine.detach('mine')
    expect(await names()).not.toContain('mine')
  })

  it('describes a statement without running it', async () => {
    expect(await openEngine().columns('SELECT uid, username AS name, 1 + 1 AS two FROM users')).toEqual([
      { name: 'uid', type: 'BIGINT' },
      { name: 'name', type: 'TEXT' },
      { name: 'two', type: 'BIGINT' },
    ])
  })

  it('gives up describing a statement and scanning a table after their time, and goes on', async () => {
    const engine = openEngine()
    const busy = expect(engine.query(ENDLESS)).rejects.toMatchObject({ failure: 'gone' })
    await expect(engine.columns('SELECT 1 AS n', { timeout: 50 })).rejects.toMatchObject({ failure: 'timeout' })
    await busy
    const everything = JSON.stringify({
      constraints: [{ name: 'path', affinity: 'TEXT', list: [{ op: 65, expr: '/usr/%%' }] }],
    })
    await expect(engine.scan('file', everything, { timeout: 1 })).rejects.toMatchObject({ failure: 'timeout' })
    expect(await engine.columns('SELECT 1 AS n', { timeout: 5000 })).toEqual([{ name: 'n', type: 'INTEGER' }])
  })

  it('keeps a byte order mark in text and in bytes', async () => {
    const [row] = await openEngine().query(`SELECT char(65279) || 'a' AS t, CAST(char(65279) || 'b' AS BLOB) AS b`)
    expect(row).toEqual({ t: '\ufeffa', b: '\ufeffb' })
  })

  it.each([
    ['process.exit(3)', 'its thread ended with code 3'],
    [`throw new Error('no memory')`, 'no memory'],
    ['not JavaScript', 'Unexpected'],
  ])('whose thread ends before it is ready (%s) says so instead of waiting for ever', async (program, why) => {
    const engine = openEngine('/', pathToFileURL(join(writeFiles({ 'thread.mjs': program }), 'thread.mjs')))
    const failure = {
      name: 'SourceError',
      failure: 'gone',
      message: expect.stringMatching(`the embedded engine could not be started: .*${why}`),
    }
    await expect(engine.start()).rejects.toMatchObject(failure)
    await expect(engine.query('SELECT 1')).rejects.toMatchObject(failure)
  })

  it('that could not be started is started anew by the next query', async () => {
    const real = new URL('../../src/host/engine-worker.ts', import.meta.url)
    const program = `import { existsSync, writeFileSync } from 'node:fs'
      const mark = new URL('mark', import.meta.url)
      if (!existsSync(mark)) {
        writeFileSync(mark, '')
        process.exit(1)
      }
      await import('${real}')`
    const engine = openEngine('/', pathToFileURL(join(writeFiles({ 'thread.mjs': program }), 'thread.mjs')))
    await expect(engine.start()).rejects.toMatchObject({ failure: 'gone' })
    expect(await engine.query('SELECT 1 AS n')).toEqual([{ n: '1' }])
  })

  it('refuses what is asked after it was closed, and fails what was under way', async () => {
    const engine = openEngine()
    await engine.start()
    const running = expect(engine.query(ENDLESS)).rejects.toMatchObject({ failure: 'gone' })
    await engine.close()
    await running
    await expect(engine.query('SELECT 1')).rejects.toMatchObject({ failure: 'gone' })
  })
})
