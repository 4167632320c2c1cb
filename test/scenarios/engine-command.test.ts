import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ExtensionClient } from '../../src/osquery/client.ts'
import { decodeRequest } from '../../src/osquery/decode-request.ts'
import { encodeReply } from '../../src/osquery/encode-reply.ts'
import { MessageScanner } from '../../src/osquery/message-scanner.ts'
import { serveRaw } from '../osquery/real-sockets.ts'
import { extensionRecords, readRequest } from '../osquery/recordings.ts'
import { makeFolder, runChecks, runForReport, startChecks } from './run-checks.ts'
import { onlyChecks, writeCheck, writeFiles } from './write-checks.ts'

const LONG = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000) SELECT count(*) AS n FROM n'

interface Served {
  readonly path: string
  readonly child: ChildProcess
  connect(): Promise<ExtensionClient>
}

async function serveEngine(path = join(makeFolder(), 'q.em')): Promise<Served> {
  const child = startChecks(['engine', '--socket', path])
  const [said] = await once(child.stderr, 'data')
  expect(String(said)).toContain(`serving the embedded engine on ${path}`)
  const connect = async () => {
    const client = await ExtensionClient.connect(path)
    onTestFinished(() => client.close())
    return client
  }
  return { path, child, connect }
}

/** An extension with the recorded table, which notes what it is asked and answers as the recorded one did. */
async function serveExtension(managerPath: string, uuid: number) {
  const contexts: unknown[] = []
  const scanners = new Map<number, MessageScanner>()
  const server = await serveRaw(`${managerPath}.${uuid}`, (socket, chunk, connection) => {
    const scanner = scanners.get(connection) ?? new MessageScanner({ expect: 'request' })
    scanners.set(connection, scanner)
    for (const message of scanner.push(chunk)) {
      const request = decodeRequest(message)
      const status = { code: 0, message: 'OK', uuid }
      if (request.method === 'call') contexts.push(JSON.parse(request.request.context ?? ''))
      const rows = [{ a: 'x', b: '4', c: 'yy', d: '010' }]
      const reply =
        request.method === 'call' ? { kind: 'response' as const, status, rows } : { kind: 'status' as const, status }
      for (const bytes of encodeReply(request.name, request.seqid, reply)) socket.write(bytes)
    }
  })
  return { ...server, contexts }
}

/** The recorded statements with the contexts that osquery handed to the table for each. */
function recordedScans(): { sql: string; contexts: unknown[] }[] {
  const scans: { sql: string; contexts: unknown[] }[] = []
  for (const { note, direction, method, request } of extensionRecords) {
    const sql = /the manager is now asked: (.*)/.exec(note)?.[1]
    if (sql) scans.push({ sql, contexts: [] })
    if (direction !== 'from manager' || method !== 'call') continue
    const asked = readRequest(Buffer.from(request as string, 'hex'))
    if (asked.method === 'call') scans.at(-1)?.contexts.push(JSON.parse(asked.request.context ?? ''))
  }
  return scans
}

/** A context as it must be; osquery names the columns in no order. */
function allowing(context: unknown): unknown {
  const { constraints, colsUsed, colsUsedBitset } = context as Record<string, unknown> & { colsUsed: string[] }
  return { constraints, colsUsed: [...colsUsed].sort(), colsUsedBitset }
}

const registration = () => {
  const record = extensionRecords.find(({ method }) => method === 'registerExtension')
  const request = readRequest(Buffer.from(record?.request as string, 'hex'))
  if (request.method !== 'registerExtension') throw new Error('no registration is recorded')
  const plugins = Object.fromEntries(
    [...request.plugins].map(([registry, items]) => [registry, Object.fromEntries(items)]),
  )
  return [request.info, plugins] as const
}

describe('checks engine', () => {
  it('answers osquery clients, several at once, on a socket for its owner alone', async () => {
    const { path, connect } = await serveEngine()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const clients = await Promise.all([connect(), connect(), connect()])
    const answers = await Promise.all(
      clients.map((client, i) => client.query(`SELECT ${i} AS n, uid FROM users WHERE username = 'root'`)),
    )
    expect(answers.map(({ rows }) => rows)).toEqual([0, 1, 2].map((n) => [{ n: String(n), uid: '0' }]))
    const failed = await clients[0]?.query('SELECT * FROM nope')
    expect(failed?.status).toMatchObject({ code: 1, message: 'no such table: nope' })
  })

  it('answers a ping while a query runs long', async () => {
    const { connect } = await serveEngine()
    const [busy, other] = await Promise.all([connect(), connect()])
    const order: string[] = []
    const query = busy.query(LONG).then(({ rows }) => {
      order.push('query')
      return rows
    })
    expect(await other.ping()).toMatchObject({ code: 0, message: 'pong' })
    order.push('ping')
    expect(await query).toEqual([{ n: '3000000' }])
    expect(order).toEqual(['ping', 'query'])
  })

  it('reads the table of an extension with the contexts that osquery would give it', async () => {
    const { path, connect } = await serveEngine()
    const client = await connect()
    const { code, uuid } = await client.registerExtension(...registration())
    expect(code).toBe(0)
    const extension = await serveExtension(path, uuid)
    const scans = recordedScans()
    expect(scans.length).toBeGreaterThan(3)
    for (const { sql, contexts } of scans) {
      extension.contexts.length = 0
      const { status, rows } = await client.query(sql)
      expect({ sql, code: status.code }).toEqual({ sql, code: 0 })
      expect(rows.length).toBeGreaterThan(0)
      expect({ sql, contexts: extension.contexts }).toEqual({ sql, contexts: contexts.map(allowing) })
    }
  })

  it('says that the table of an extension has gone as osquery does', async () => {
    const { path, connect } = await serveEngine()
    const client = await connect()
    const { uuid } = await client.registerExtension(...registration())
    const extension = await serveExtension(path, uuid)
    expect((await client.query('SELECT a FROM kt_example')).rows).toEqual([{ a: 'x' }])
    await extension.close()
    const { status } = await client.query('SELECT a FROM kt_example')
    expect(status.code).toBe(1)
    await client.deregisterExtension(uuid)
    expect((await client.query('SELECT a FROM kt_example')).status).toMatchObject({
      code: 1,
      message: 'vtable constructor failed: kt_example',
    })
    expect((await client.query('SELECT 1 AS still')).rows).toEqual([{ still: '1' }])
  })

  it('gives a run the verdicts of the engine inside it, and is not taken for osquery', async () => {
    const { path } = await serveEngine()
    const checks = onlyChecks({
      'a.yaml': writeCheck('root-only', "SELECT username = 'root' AS passed, username FROM users WHERE uid = 0"),
      'b.yaml': writeCheck('no-users', 'SELECT 0 AS passed, uid FROM users'),
    })
    const only = [...checks, '--no-state']
    const [inside, outside] = await Promise.all([runForReport(only), runForReport(['--socket', path, ...only])])
    expect(outside.report.results).toEqual(inside.report.results)
    expect(outside.report.source).toMatchObject({ kind: 'socket', preview: true, path })
    expect(outside.code).toBe(inside.code)
  })

  it('answers the SQL that checks compile prints with the verdict that checks run gives', async () => {
    const { connect } = await serveEngine()
    const client = await connect()
    // Our engine has the extension's tables, so that a run asks the clauses that need them.
    const cwd = writeFiles({ 'keelson.yaml': 'extension: true\n' })
    const compiled = await runChecks(['compile', '--platform', 'linux', '--format', 'json'], { cwd })
    const { report } = await runForReport(['--all'])
    const statements: { check: string; sql: string }[] = JSON.parse(compiled.stdout)
    expect(statements.length).toBeGreaterThan(5)
    // The printed SQL is for osquery, which hides from others than root what our engine reports: it asks for root first.
    const possible = (verdict?: string) => (process.getuid?.() === 0 ? [verdict] : [verdict, 'error'])
    for (const { check, sql } of statements) {
      const { status, rows } = await client.query(sql)
      const result = report.results.find((other) => other.check === check)
      // Asked alone, a table that cannot be read fails the whole statement; a run asks for the other clauses again.
      if (status.code === 0) expect(possible(result?.verdict), check).toContain(rows[0]?.verdict)
      else expect(result?.clauses.map(({ reason }) => reason)).toContain(status.message)
    }
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('ended by %s removes its socket', async (signal) => {
    const { path, child } = await serveEngine()
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(existsSync(path)).toBe(false)
  })

  it('ended by SIGTERM in the middle of a query ends all the same', async () => {
    const { path, child, connect } = await serveEngine()
    const client = await connect()
    const query = client.query('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n')
    const failed = expect(query).rejects.toThrow(/closed the connection|broke/)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    await failed
    expect(existsSync(path)).toBe(false)
  })

  it('killed by SIGKILL leaves a stale socket, which the next one replaces', async () => {
    const { path, child } = await serveEngine()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(existsSync(path)).toBe(true)
    const { connect } = await serveEngine(path)
    expect((await (await connect()).query('SELECT 1 AS n')).rows).toEqual([{ n: '1' }])
  })

  it('takes neither the socket of a live server nor a file', async () => {
    const { path, connect } = await serveEngine()
    const second = await runChecks(['engine', '--socket', path])
    expect(second).toMatchObject({ code: 3, stderr: expect.stringMatching(/another server already answers/) })
    expect((await (await connect()).query('SELECT 1 AS n')).rows).toEqual([{ n: '1' }])
    const file = join(makeFolder(), 'q.em')
    writeFileSync(file, 'precious')
    const third = await runChecks(['engine', '--socket', file])
    expect(third).toMatchObject({ code: 3, stderr: expect.stringMatching(/is a file, not a socket/) })
  })

  it('says why no socket can be made there, and what to do', async () => {
    const file = join(makeFolder(), 'file')
    writeFileSync(file, 'precious')
    const places = [
      ['/nonexistent/q.em', 'there is no folder /nonexistent', 'make the folder first'],
      [`${file}/q.em`, `${file} is not a folder`, 'choose a path inside a folder'],
      ['/proc/q.em', 'no permission to make a socket in /proc', 'choose a folder that you may read and write'],
    ] as const
    for (const [path, reason, hint] of places) {
      const { code, stderr } = await runChecks(['engine', '--socket', path])
      expect(stderr).toContain(`cannot serve on ${path}: ${reason}\n  hint: ${hint}`)
      expect(code).toBe(3)
    }
  })
})
