import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { serveRaw } from '../osquery/real-sockets.ts'
import { makeFolder, runChecks, runForReport, verdictsOf } from './run-checks.ts'
import { ONE_PASS, serveStandIn } from './stand-in-osquery.ts'
import { writeChecks } from './write-checks.ts'

const isRoot = process.getuid?.() === 0
const one = () => writeChecks({ one: 'SELECT 1 AS passed' })
const two = () => writeChecks({ one: 'SELECT 1 AS passed', two: 'SELECT 2 AS passed' })

/** A socket whose server was killed before it could tidy up. */
async function leaveStaleSocket(path: string): Promise<void> {
  const serve = 'require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, 9))'
  await once(spawn(process.execPath, ['-e', serve, path]), 'exit')
  expect(existsSync(path)).toBe(true)
}

describe('a socket that cannot be used', () => {
  it('and is absent: the run says where it looked, and exits with 3', async () => {
    const path = join(makeFolder(), 'q.em')
    const { code, stderr } = await runChecks(['run', '--socket', path, ...one()])
    expect(stderr).toContain(`there is no ${path}`)
    expect(stderr).toMatch(/hint: .*doctor/)
    expect(code).toBe(3)
  })

  it('and was left behind: the run says that nobody serves it', async () => {
    const path = join(makeFolder(), 'q.em')
    await leaveStaleSocket(path)
    const { code, stderr } = await runChecks(['run', '--socket', path, ...one()])
    expect(stderr).toMatch(/nobody serves the socket .*q\.em\n\s+hint: .*start it again/)
    expect(code).toBe(2)
  })

  it('and is a file: the run says so', async () => {
    const path = join(makeFolder(), 'q.em')
    writeFileSync(path, '')
    const { code, stderr } = await runChecks(['run', '--socket', path, ...one()])
    expect(stderr).toMatch(/q\.em is not a socket/)
    expect(code).toBe(3)
  })

  it.runIf(isRoot)(
    'and belongs to another user (seen by root alone): it is not used, for it decides every verdict',
    async () => {
      const { path, asked } = await serveStandIn(async () => [{ c0: ONE_PASS }])
      chownSync(path, 65534, 65534)
      const { code, stderr, stdout } = await runChecks(['run', '--socket', path, ...one()])
      expect(stderr).toMatch(/is not used: the socket belongs to user 65534/)
      expect({ code, stdout, asked }).toEqual({ code: 3, stdout: '', asked: [] })
    },
  )

  it('and lies in a folder where anybody may put another: it is not used', async () => {
    const { path } = await serveStandIn(async () => [])
    chmodSync(join(path, '..'), 0o777)
    const { code, stderr } = await runChecks(['run', '--socket', path, ...one()])
    expect(stderr).toMatch(/is not used: others may replace the socket/)
    expect(code).toBe(3)
  })

  it('and is silent: the run gives up after the first ping', async () => {
    const { path } = await serveRaw(join(makeFolder(), 'q.em'), () => {})
    const { code, stderr } = await runChecks(['run', '--socket', path, ...one()], { within: 8_000 })
    expect(stderr).toMatch(/takes connections but does not answer\n\s+hint: /)
    expect(code).toBe(2)
  })

  it.each([
    ['answers garbage', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['answers zeros', Buffer.alloc(4096)],
    ['promises more than it may', Buffer.from(`80010002${'0000000470696e6700000000'}0c00000b00027fffffff`, 'hex')],
    ['answers an older version of Thrift', Buffer.from('0000000470696e670200000000', 'hex')],
  ])('and %s: the run says that this is no osquery', async (_, bytes) => {
    const { path } = await serveRaw(join(makeFolder(), 'q.em'), (socket) => void socket.end(bytes))
    const { code, stderr } = await runChecks(['run', '--socket', path, ...one()], { within: 8_000 })
    expect(stderr).toMatch(/checks: .*q\.em.*\n\s+hint: /)
    expect(code).toBe(2)
  })

  it('is found in its usual place, and refused aloud, when no source is named', async () => {
    const home = makeFolder()
    const { code, stderr, stdout } = await runChecks(['doctor', ...one()], {
      env: { HOME: home, KEELSON_SOURCE: 'auto' },
    })
    expect(stdout).toMatch(new RegExp(`– socket ${home}/.osquery/shell.em: there is no`))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

describe('a socket that fails while it is asked', () => {
  it('dies in the middle of a query: its checks are errors with the cause', async () => {
    const { path } = await serveStandIn(async (_, manager) => {
      await manager.close()
      return []
    })
    const { code, report } = await runForReport(['--socket', path, ...two()])
    expect(verdictsOf(report)).toEqual({ one: 'error', two: 'error' })
    expect(report.results[0]?.error).toMatch(/closed the connection|cannot connect|nobody serves/)
    expect(report.source).toMatchObject({ kind: 'socket', preview: false })
    expect(code).toBe(2)
  })

  it('never answers: its checks are errors after --timeout', async () => {
    const { path, asked } = await serveStandIn(() => new Promise(() => {}))
    const { code, report } = await runForReport(['--socket', path, '--timeout', '1', ...two()], { within: 12_000 })
    expect(verdictsOf(report)).toEqual({ one: 'error', two: 'error' })
    expect(report.results.map(({ error }) => error)).toEqual([
      expect.stringMatching(/no answer to query from .*q\.em in \d/),
      expect.stringMatching(/no answer to query from .*q\.em in \d/),
    ])
    // Once together, then one by one: nobody is asked over and over.
    expect(asked.length).toBe(3)
    expect(code).toBe(2)
  })

  it('answers one check and never the other: only the other one is an error', async () => {
    const { path } = await serveStandIn(async (sql) => {
      if (sql.includes('2 AS passed')) await new Promise(() => {})
      return [{ c0: ONE_PASS }]
    })
    const { report } = await runForReport(['--socket', path, '--timeout', '1', ...two()], { within: 12_000 })
    expect(verdictsOf(report)).toEqual({ one: 'pass', two: 'error' })
  })

  it.each([
    ['no row', []],
    ['no column', [{}]],
    ['empty text', [{ c0: '', c1: '' }]],
    ['no JSON', [{ c0: 'all is well', c1: '1' }]],
    ['other JSON', [{ c0: '{"passed":1}', c1: '[1]' }]],
    ['a gate that is not there', [{ c0: '{"gate":99}', c1: '{"gate":-1}' }]],
    ['tallies that are no numbers', [{ c0: '{"tally":{"pass":"x"},"rows":5}', c1: '{"tally":7}' }]],
    ['rows that are none', [{ c0: '{"tally":{"pass":1},"rows":[null,1]}', c1: '{"tally":null,"rows":null}' }]],
    ['a tally of verdicts unheard of', [{ c0: '{"tally":{"wonderful":1}}', c1: '{"tally":{"pass":-1}}' }]],
  ])('answers a check with %s: that is an error, never a pass', async (_, rows) => {
    const { path } = await serveStandIn(async () => rows as never)
    const { code, report } = await runForReport(['--socket', path, ...two()])
    expect(verdictsOf(report)).toEqual({ one: 'error', two: 'error' })
    expect(code).toBe(2)
  })

  it('answers 200 MB: an error or a verdict, in bounded time and memory', async () => {
    const { path } = await serveStandIn(async () => [{ c0: 'x'.repeat(200e6) }])
    const { code, report } = await runForReport(['--socket', path, ...one()])
    expect(verdictsOf(report)).toEqual({ one: 'error' })
    expect(report.results[0]?.error).toMatch(/bytes|not understood/)
    expect(report.results[0]?.error?.length).toBeLessThan(500)
    expect(code).toBe(2)
  })

  it('refuses a statement: the one that is wrong is found, and the others are judged', async () => {
    const { path } = await serveStandIn(async (sql) => {
      if (sql.includes('2 AS passed'))
        throw new (await import('../../src/core/errors.ts')).SourceError('sql', 'no such table: x')
      return [{ c0: ONE_PASS }]
    })
    const { report } = await runForReport(['--socket', path, ...two()])
    expect(verdictsOf(report)).toEqual({ one: 'pass', two: 'error' })
    expect(report.results[1]?.error).toBe('no such table: x')
  })

  it('lacks a table: the check is answered without asking', async () => {
    const { path, asked } = await serveStandIn(async () => [{ c0: ONE_PASS }])
    const only = writeChecks({ lacking: 'SELECT count(*) AS passed FROM deb_packages', having: 'SELECT 1 AS passed' })
    const { report } = await runForReport(['--socket', path, ...only])
    expect(verdictsOf(report)).toEqual({ lacking: 'error', having: 'pass' })
    expect(report.results.find(({ check }) => check === 'lacking')?.error).toMatch(/needs the table deb_packages/)
    expect(asked.join('\n')).not.toContain('deb_packages')
  })
})
