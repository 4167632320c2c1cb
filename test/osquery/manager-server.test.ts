import { existsSync } from 'node:fs'
import { rename, stat, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { TextRow } from '../../src/core/source.ts'
import { ExtensionClient } from '../../src/osquery/client.ts'
import { encodeRequest } from '../../src/osquery/encode-request.ts'
import { type Manager, type ManagerOptions, serveManager } from '../../src/osquery/manager-server.ts'
import { exchangeRaw, makeFolder } from './real-sockets.ts'
import { openRecordedBackend, type RecordedBackend } from './recorded-backend.ts'
import { exchanges, recorded } from './recordings.ts'

async function serve(
  options: ManagerOptions = {},
  further: Record<string, () => Promise<TextRow[]>> = {},
): Promise<{ manager: Manager; path: string; backend: RecordedBackend }> {
  const path = join(await makeFolder(), 'q.em')
  const backend = await openRecordedBackend(further)
  const manager = await serveManager(path, backend, options)
  onTestFinished(() => manager.close())
  return { manager, path, backend }
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('the manager', () => {
  it('answers every recorded request byte for byte as osquery did', async () => {
    const { path } = await serve()
    for (const { note, request, response } of exchanges) {
      const answer = await exchangeRaw(path, request, response.length)
      expect(answer.toString('hex'), note).toBe(response.toString('hex'))
    }
  })

  it('answers pipelined requests in turn on one connection', async () => {
    const { path } = await serve()
    const some = exchanges.filter(({ response }) => response.length < 6000)
    const responses = Buffer.concat(some.map(({ response }) => response))
    const requests = Buffer.concat(some.map(({ request }) => request))
    expect(await exchangeRaw(path, requests, responses.length)).toEqual(responses)
  })

  it('answers a request that comes byte by byte', async () => {
    const { path } = await serve()
    const { request, response } = recorded('ping')
    const socket = connect(path)
    socket.setNoDelay(true)
    for (const byte of request) {
      socket.write(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve))
    socket.destroy()
    expect(answer).toEqual(response)
  })

  it('answers an old-style request strictly', async () => {
    const { path } = await serve()
    const { response } = recorded('ping')
    expect(await exchangeRaw(path, hex('00000004 70696e67 01 00000007 00'), response.length)).toEqual(response)
  })

  it('answers a oneway message all the same', async () => {
    const { path } = await serve()
    const request = Buffer.from(recorded('ping').request)
    request[3] = 4
    const { response } = recorded('ping')
    expect(await exchangeRaw(path, request, response.length)).toEqual(response)
  })

  it('answers a client that has closed its sending side', async () => {
    const { path } = await serve()
    const { request, response } = recorded('300 rows')
    const socket = connect({ path, allowHalfOpen: true })
    socket.end(request)
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk)
    expect(Buffer.concat(chunks)).toEqual(response)
  })

  it('answers shutdown and goes on', async () => {
    const { path } = await serve()
    const client = await ExtensionClient.connect(path)
    await client.shutdown()
    expect(await client.ping()).toEqual({ code: 0, message: 'pong', uuid: 0 })
    client.close()
  })

  it('takes a missing or wrong-typed statement for an empty one', async () => {
    const { path } = await serve()
    const { response } = recorded('no rows')
    for (const args of ['00', '080001 0000002a 00', '0b0009 00000001 61 00']) {
      const request = hex(`80010001 00000005 7175657279 00000007 ${args}`)
      expect(await exchangeRaw(path, request, response.length)).toEqual(response)
    }
    const client = await ExtensionClient.connect(path)
    expect((await client.getQueryColumns('')).status).toEqual({ code: 1, message: 'not an error', uuid: 0 })
    client.close()
  })

  it('refuses a service-prefixed method as unknown', async () => {
    const { path } = await serve()
    const name = Buffer.from('ExtensionManager:ping').toString('hex')
    const answer = exchangeRaw(path, hex(`80010001 00000015 ${name} 00000007 00`), 20)
    expect((await answer).toString('latin1')).toContain("Invalid method name: 'ExtensionManager:ping'")
  })

  it.each([
    ['a wrong version', hex('80020001 00000004 70696e67 00000007 00')],
    ['a negative length', hex('80010001 00000005 7175657279 00000007 0b0001 ffffffff 00')],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['a reply', recorded('ping').response],
  ])('closes the connection without a byte on %s', async (_, bytes) => {
    const { path } = await serve()
    expect(await exchangeRaw(path, bytes)).toEqual(Buffer.alloc(0))
  })

  it('still answers what came before the garbage', async () => {
    const { path } = await serve()
    const { request, response } = recorded('300 rows')
    expect(await exchangeRaw(path, Buffer.concat([request, Buffer.from('GET / HTTP/1.1')]))).toEqual(response)
  })

  it('answers an unexpected failure of its engine with an exception and keeps the connection', async () => {
    const { path } = await serve({}, { 'SELECT boom': () => Promise.reject(new Error('out of memory')) })
    const client = await ExtensionClient.connect(path)
    await expect(client.query('SELECT boom')).rejects.toMatchObject({ failure: 'sql', message: 'out of memory' })
    expect(client.usable).toBe(true)
    expect((await client.ping()).message).toBe('pong')
    client.close()
  })

  it('says what it cannot call', async () => {
    const { path } = await serve()
    const client = await ExtensionClient.connect(path)
    const messageOf = async (registry: string, item: string, request: TextRow): Promise<string> =>
      (await client.call(registry, item, request)).status.message
    expect(await messageOf('nope', 'users', {})).toBe('Unknown registry requested: nope')
    expect(await messageOf('table', '', { action: 'columns' })).toBe('Cannot call registry item: ')
    expect(await messageOf('table', 'users', {})).toBe('Table plugins must include a request action')
    expect(await messageOf('table', 'users', { action: 'x' })).toBe('Unknown table plugin action: x')
    client.close()
  })

  it('tells its options', async () => {
    const { path } = await serve()
    const client = await ExtensionClient.connect(path)
    const options = await client.options()
    expect([...options.keys()]).toEqual(['nullvalue', 'verbose'])
    expect(options.get('verbose')).toEqual({ value: 'false', default_value: 'false', type: 'bool' })
    client.close()
  })

  it('sends many rows whole', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => ({
      name: `package-${i}`,
      version: `1.${i}`,
      note: 'ü'.repeat(20),
    }))
    const { path } = await serve({}, { many: async () => rows })
    const client = await ExtensionClient.connect(path)
    expect((await client.query('many')).rows).toEqual(rows)
    client.close()
  })

  it('listens with mode 0600 and removes its socket when closed', async () => {
    const { manager, path } = await serve()
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    await manager.close()
    expect(existsSync(path)).toBe(false)
  })

  it('refuses a path that a live server holds, and a file', async () => {
    const { path, backend } = await serve()
    await expect(serveManager(path, backend)).rejects.toThrow(/another server already answers/)
    const file = join(await makeFolder(), 'file')
    await writeFile(file, 'precious')
    await expect(serveManager(file, backend)).rejects.toThrow(/it is a file, not a socket/)
    expect(existsSync(file)).toBe(true)
    await expect(serveManager('/nonexistent/folder/q.em', backend)).rejects.toThrow(/cannot serve on/)
  })

  it('takes the place of a socket that nobody serves', async () => {
    const path = join(await makeFolder(), 'q.em')
    await leaveStaleSocket(path)
    await leaveStaleSocket(`${path}.123`)
    const manager = await serveManager(path, await openRecordedBackend())
    onTestFinished(() => manager.close())
    expect(existsSync(`${path}.123`)).toBe(false)
    const { request, response } = recorded('ping')
    expect(await exchangeRaw(path, request, response.length)).toEqual(response)
  })

  it('echoes any sequence number', async () => {
    const { path } = await serve()
    const answer = await exchangeRaw(path, encodeRequest('ping', [], -2), 50)
    expect(answer.readInt32BE(12)).toBe(-2)
  })
})

/** Leaves a socket file behind, as a killed process does. */
async function leaveStaleSocket(path: string): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(`${path}-`, resolve))
  await rename(`${path}-`, path)
  await new Promise((resolve) => server.close(resolve))
}
