import { rename, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { KeelsonError, SourceError } from '../../src/core/errors.ts'
import type { Source, TextRow } from '../../src/core/source.ts'
import { encodeReply } from '../../src/osquery/encode-reply.ts'
import { serveManager } from '../../src/osquery/manager-server.ts'
import { openSocketSource, type SocketSourceOptions } from '../../src/osquery/socket-source.ts'
import { makeFolder, type RawServer, serveRaw, until } from './real-sockets.ts'
import { openRecordedBackend } from './recorded-backend.ts'
import { readRequest } from './recordings.ts'

const OSQUERY_INFO = 'SELECT version, build_distro FROM osquery_info'
const OK = { code: 0, message: 'OK', uuid: 0 }

/** A real manager whose engine answers these statements. */
async function serve(
  answers: Record<string, () => Promise<TextRow[]>> = {},
  options: SocketSourceOptions = {},
  distro = 'Debian GNU/Linux',
): Promise<Source> {
  const path = join(await makeFolder(), 'q.em')
  const backend = await openRecordedBackend({
    [OSQUERY_INFO]: async () => [{ version: '5.23.0', build_distro: distro }],
    ...answers,
  })
  const manager = await serveManager(path, backend)
  const source = await openSocketSource(path, options)
  onTestFinished(async () => {
    await source.close()
    await manager.close()
  })
  return source
}

/** A socket that opens like osquery's and then does what the test says with each statement. */
async function serveOddly(
  onQuery: (socket: Socket, sql: string, seqid: number) => void,
  options: SocketSourceOptions = {},
): Promise<{ source: Source; server: RawServer }> {
  const server = await serveRaw(join(await makeFolder(), 'q.em'), (socket, chunk) => {
    const request = readRequest(chunk)
    const reply = (rows: TextRow[]): void =>
      reply_(socket, encodeReply(request.name, request.seqid, { kind: 'response', status: OK, rows }))
    if (request.method === 'ping') {
      reply_(socket, encodeReply('ping', request.seqid, { kind: 'status', status: OK }))
    } else if (request.method === 'query') {
      if (request.sql === OSQUERY_INFO) reply([{ version: '5.23.0', build_distro: '' }])
      else if (request.sql === 'fine') reply([{ a: '1' }])
      else onQuery(socket, request.sql, request.seqid)
    }
  })
  const source = await openSocketSource(server.path, options)
  onTestFinished(() => source.close())
  return { source, server }
}

function reply_(socket: Socket, pieces: Iterable<Buffer>): void {
  for (const bytes of pieces) socket.write(bytes)
}

async function failureOf(promise: Promise<unknown>): Promise<KeelsonError> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(KeelsonError)
  return error as KeelsonError
}

describe('a socket source', () => {
  it("tells osquery's version and that it is no preview", async () => {
    const { info } = await serve()
    expect(info).toMatchObject({ kind: 'socket', version: '5.23.0', preview: false, reportsUnreadable: false })
  })

  it('knows our own engine when it is served on a socket', async () => {
    const { info } = await serve({}, {}, 'keelson')
    expect(info).toMatchObject({ preview: true, reportsUnreadable: true })
  })

  it('answers with rows, or with the error of the statement', async () => {
    const source = await serve()
    expect(await source.query('SELECT 1 AS a; SELECT 2 AS a')).toEqual([{ a: '1' }, { a: '2' }])
    const error = await failureOf(source.query('SELECT * FROM nope'))
    expect(error).toBeInstanceOf(SourceError)
    expect(error).toMatchObject({ failure: 'sql', message: 'no such table: nope' })
    expect(await source.query('SELECT 1 WHERE 0')).toEqual([])
  })

  it('runs as many queries at a time as it may, and the rest in turn', async () => {
    let [running, most, done] = [0, 0, 0]
    const release: (() => void)[] = []
    const source = await serve(
      {
        slow: async () => {
          most = Math.max(most, ++running)
          await new Promise<void>((resolve) => release.push(resolve))
          running--
          return []
        },
      },
      { concurrency: 2 },
    )
    const all = Array.from({ length: 6 }, () => source.query('slow').then(() => done++))
    while (done < 6) {
      await until(() => release.length > 0 || done === 6)
      release.shift()?.()
    }
    await Promise.all(all)
    expect(most).toBe(2)
  })

  it('gives up a query at its time limit and goes on with a fresh connection', async () => {
    const { source, server } = await serveOddly(() => {})
    const before = server.received.length
    const error = await failureOf(source.query('never', { timeout: 50 }))
    expect(error).toMatchObject({ failure: 'timeout', hint: expect.stringContaining('time limit') })
    await until(() => server.ended() === 1)
    expect(await source.query('fine')).toEqual([{ a: '1' }])
    expect(server.received.length).toBe(before + 1)
    expect(await source.query('fine')).toEqual([{ a: '1' }])
    expect(server.received.length).toBe(before + 1)
  })

  it('never takes the late answer to an abandoned query for the next one', async () => {
    const { source } = await serveOddly((socket, _, seqid) => {
      setTimeout(
        () => reply_(socket, encodeReply('query', seqid, { kind: 'response', status: OK, rows: [{ a: 'late' }] })),
        60,
      )
    })
    await failureOf(source.query('late', { timeout: 20 }))
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(await source.query('fine')).toEqual([{ a: '1' }])
  })

  it('says that the connection is gone when osquery dies during a query', async () => {
    const { source } = await serveOddly((socket) => socket.destroy())
    const error = await failureOf(source.query('crash'))
    expect(error).toMatchObject({ failure: 'gone', hint: expect.stringContaining('watchdog') })
    expect(await source.query('fine')).toEqual([{ a: '1' }])
  })

  it('says so too when it dies in the middle of an answer', async () => {
    const { source } = await serveOddly((socket, _, seqid) => {
      const rows = [{ a: 'x'.repeat(1000) }]
      const bytes = Buffer.concat([...encodeReply('query', seqid, { kind: 'response', status: OK, rows })])
      socket.end(bytes.subarray(0, 500))
    })
    expect(await failureOf(source.query('half'))).toMatchObject({ failure: 'gone' })
  })

  it.each([
    ['text', (): Buffer => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    [
      'another call',
      (seqid: number): Buffer =>
        Buffer.concat([...encodeReply('query', seqid + 1, { kind: 'response', status: OK, rows: [] })]),
    ],
    [
      'another method',
      (seqid: number): Buffer =>
        Buffer.concat([...encodeReply('call', seqid, { kind: 'response', status: OK, rows: [] })]),
    ],
    [
      'a bare status',
      (seqid: number): Buffer => Buffer.concat([...encodeReply('query', seqid, { kind: 'status', status: OK })]),
    ],
    [
      'an unknown method',
      (seqid: number): Buffer =>
        Buffer.concat([...encodeReply('query', seqid, { kind: 'refusal', type: 1, message: 'Invalid method name' })]),
    ],
  ])('refuses an answer that is %s', async (_, answer) => {
    const { source } = await serveOddly((socket, _, seqid) => socket.write(answer(seqid)))
    expect(await failureOf(source.query('odd'))).toMatchObject({ failure: 'protocol' })
    expect(await source.query('fine')).toEqual([{ a: '1' }])
  })

  it('drops a connection on which more came than was asked', async () => {
    const { source, server } = await serveOddly((socket, _, seqid) => {
      const bytes = Buffer.concat([
        ...encodeReply('query', seqid, { kind: 'response', status: OK, rows: [{ a: 'x' }] }),
      ])
      socket.write(Buffer.concat([bytes, bytes]))
    })
    const before = server.received.length
    expect(await source.query('twice')).toEqual([{ a: 'x' }])
    expect(await source.query('fine')).toEqual([{ a: '1' }])
    expect(server.received.length).toBe(before + 1)
  })

  it('refuses an answer whose length is announced over the cap', async () => {
    const { source } = await serveOddly(
      (socket, _, seqid) => {
        const [bytes] = [...encodeReply('query', seqid, { kind: 'response', status: OK, rows: [{ a: 'x' }] })]
        bytes!.writeInt32BE(200 * 1024 * 1024, bytes!.length - 7)
        socket.write(bytes!)
      },
      { maxBytes: 100_000 },
    )
    expect(await failureOf(source.query('large'))).toMatchObject({
      failure: 'protocol',
      message: expect.stringMatching(/larger than 100000/),
    })
  })

  it('stops reading an answer of 200 MB at the cap', async () => {
    let sent = 0
    const { source, server } = await serveOddly(
      (socket, _, seqid) => {
        const rows = Array.from({ length: 100 }, () => ({ a: 'x'.repeat(1000) }))
        const whole = Buffer.concat([...encodeReply('query', seqid, { kind: 'response', status: OK, rows })])
        const head = whole.subarray(0, 59)
        head.writeInt32BE(200_000, 55)
        const body = whole.subarray(59, -2)
        const pour = (): void => {
          while (sent < 200e6 && !socket.destroyed) {
            sent += body.length
            if (!socket.write(body)) return void socket.once('drain', pour)
          }
        }
        socket.write(head)
        pour()
      },
      { maxBytes: 3_000_000 },
    )
    expect(await failureOf(source.query('flood'))).toMatchObject({
      failure: 'protocol',
      message: expect.stringMatching(/larger than 3000000/),
    })
    await until(() => server.ended() === 1)
    expect(sent).toBeLessThan(100e6)
    expect(await source.query('fine')).toEqual([{ a: '1' }])
  })

  it('ends the queries under way and waiting when it is closed', async () => {
    const { source } = await serveOddly(() => {}, { concurrency: 1 })
    const failures = [failureOf(source.query('never')), failureOf(source.query('waits'))]
    await source.close()
    for (const failure of failures) expect(await failure).toMatchObject({ failure: 'gone' })
    expect(await failureOf(source.query('fine'))).toMatchObject({
      failure: 'gone',
      message: expect.stringMatching(/closed/),
    })
  })
})

describe('opening a socket source', () => {
  it('says that there is no socket', async () => {
    const path = join(await makeFolder(), 'absent.em')
    const error = await failureOf(openSocketSource(path))
    expect(error).toMatchObject({
      code: 'source/absent',
      message: expect.stringContaining(path),
      hint: expect.stringMatching(/osqueryd/),
    })
  })

  it('says that nobody serves a socket left behind', async () => {
    const path = join(await makeFolder(), 'stale.em')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(`${path}-`, resolve))
    await rename(`${path}-`, path)
    await new Promise((resolve) => server.close(resolve))
    const error = await failureOf(openSocketSource(path))
    expect(error).toMatchObject({
      failure: 'gone',
      message: expect.stringContaining('nobody serves'),
      hint: expect.stringMatching(/start it/),
    })
  })

  it('says that a file is no socket', async () => {
    const path = join(await makeFolder(), 'file')
    await writeFile(path, '')
    expect((await failureOf(openSocketSource(path))).message).toContain(path)
  })

  it('says that a socket takes connections but never answers', async () => {
    const { path } = await serveRaw(join(await makeFolder(), 'q.em'), () => {})
    const error = await failureOf(openSocketSource(path, { openTimeout: 50 }))
    expect(error).toMatchObject({
      failure: 'timeout',
      message: expect.stringMatching(/does not answer/),
      hint: expect.stringMatching(/restart/),
    })
  })

  it('says that what answers is not osquery', async () => {
    const { path } = await serveRaw(join(await makeFolder(), 'q.em'), (socket) => socket.end('220 mail ready\r\n'))
    expect(await failureOf(openSocketSource(path))).toMatchObject({
      failure: 'protocol',
      hint: expect.stringMatching(/extension socket/),
    })
  })
})
