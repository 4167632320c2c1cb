import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ExtensionClient } from '../../src/osquery/client.ts'
import { type Manager, type ManagerOptions, serveManager } from '../../src/osquery/manager-server.ts'
import type { ExtensionInfo, ExtensionRegistry } from '../../src/osquery/protocol.ts'
import { exchangeRaw, makeFolder, serveRaw, until } from './real-sockets.ts'
import { openRecordedBackend, type RecordedBackend } from './recorded-backend.ts'
import { extensionRecords } from './recordings.ts'
import { serveTinyExtension } from './tiny-extension.ts'

interface Served {
  readonly manager: Manager
  readonly path: string
  readonly backend: RecordedBackend
  readonly client: ExtensionClient
}

async function serve(options: ManagerOptions = {}): Promise<Served> {
  const path = join(await makeFolder(), 'q.em')
  const backend = await openRecordedBackend()
  // The test itself says when to ping.
  const manager = await serveManager(path, backend, { interval: 3_600_000, startGrace: 0, ...options })
  const client = await ExtensionClient.connect(path)
  onTestFinished(async () => {
    client.close()
    await manager.close()
  })
  return { manager, path, backend, client }
}

const columns = [
  { id: 'column', name: 'a', type: 'TEXT', op: '1' },
  { id: 'column', name: 'b', type: 'INTEGER', op: '4' },
  { id: 'alias', alias: 'other' },
]
const tables = (...names: string[]): ExtensionRegistry => ({
  config: {},
  table: Object.fromEntries(names.map((name) => [name, columns])),
})
const info = (name: string, sdk_version = '0.0.0'): ExtensionInfo => ({
  name,
  version: '1.0.0',
  sdk_version,
  min_sdk_version: '0.0.0',
})

describe('an extension', () => {
  it('is registered, listed and deregistered with the recorded bytes, but for its uuid', async () => {
    const { path, backend } = await serve()
    const [register, deregister] = extensionRecords.filter(
      ({ direction, request }) => direction === 'to manager' && request,
    )
    const listed = extensionRecords.find(({ method }) => method === 'extensions')!
    const answer = await exchangeRaw(path, Buffer.from(register!.request!, 'hex'), register!.response!.length / 2)
    const uuid = answer.subarray(-10, -2).toString('hex')
    const withUuid = (text: string): string => text.replaceAll('0000000000009b29', uuid)
    expect(answer.toString('hex')).toBe(withUuid(register!.response!))
    expect(Number.parseInt(uuid, 16)).toBeGreaterThan(0)
    expect(Number.parseInt(uuid, 16)).toBeLessThan(0x10000)
    expect(backend.attached.get('kt_example')?.columns).toEqual([
      { name: 'a', type: 'TEXT', op: 1 },
      { name: 'b', type: 'INTEGER', op: 4 },
      { name: 'c', type: 'TEXT', op: 1 },
      { name: 'd', type: 'BIGINT', op: 0 },
    ])
    const list = Buffer.from('800100010000000a657874656e73696f6e730000000100', 'hex')
    const extensions = await exchangeRaw(path, list, listed.response!.length / 2)
    expect(extensions.toString('hex')).toBe(withUuid(listed.response!))
    const leave = Buffer.from(withUuid(deregister!.request!), 'hex')
    const left = await exchangeRaw(path, leave, deregister!.response!.length / 2)
    expect(left.toString('hex')).toBe(deregister!.response!)
    expect(backend.attached.size).toBe(0)
  })

  it('is asked for its rows with the recorded bytes, a ping and a call on connections of their own', async () => {
    const { path, backend, client } = await serve()
    const { uuid } = await client.registerExtension(info('keelson'), tables('kt_example'))
    const asked = extensionRecords.filter(({ direction }) => direction === 'from manager')
    const calls = asked.filter(({ method }) => method === 'call')
    expect(calls.length).toBeGreaterThan(3)
    const extension = await serveRaw(`${path}.${uuid}`, (socket, chunk) => {
      const record = asked.find(({ request }) => request === chunk.toString('hex'))
      socket.write(Buffer.from(record?.response ?? '', 'hex'))
    })
    for (const record of calls) {
      const { context } = (record as unknown as { decoded: { 3: { context: string } } }).decoded[3]
      const rows = await backend.attached.get('kt_example')!.generate(context)
      expect(rows).toEqual([{ a: 'x', b: '4', c: 'yy', d: '010' }])
    }
    const ping = asked.find(({ method }) => method === 'ping')!.request
    expect(extension.received.map((chunks) => Buffer.concat(chunks).toString('hex'))).toEqual(
      calls.flatMap(({ request }) => [ping, request]),
    )
  })

  it('is refused under a name that is taken', async () => {
    const { client } = await serve()
    expect(await client.registerExtension(info('one'), tables('t1'))).toMatchObject({ code: 0, message: 'OK' })
    const second = await client.registerExtension(info('one'), tables('t2'))
    expect(second).toEqual({ code: 1, message: 'Duplicate extension registered', uuid: 0 })
  })

  it.each([
    ['', 0],
    ['0.0.0', 0],
    ['1.7.7', 0],
    ['2.0', 0],
    ['5.12.1-dev', 0],
    ['1.7.6', 1],
    ['1.7', 1],
    ['0.9.9', 1],
  ])('with SDK version "%s" gets code %i', async (sdk, code) => {
    const { client } = await serve()
    const status = await client.registerExtension(info('one', sdk), tables('t1'))
    expect(status.code).toBe(code)
    if (code === 1) expect(status.message).toBe('Incompatible extension SDK version')
  })

  it.each([
    ["a core table's name", tables('t1', 'users'), 'Duplicate registry item: users'],
    ['an unknown registry', { nope: { x: columns } }, 'Unknown registry: nope'],
    ['an empty route', { table: { t1: columns, t2: [] } }, 'Invalid route info'],
    ['no columns', { table: { t1: columns, t2: [{ id: 'alias' }] } }, 'SQLITE_ERROR'],
  ])('with %s is refused whole', async (_, registry, why) => {
    const { client, backend } = await serve()
    const status = await client.registerExtension(info('one'), registry as ExtensionRegistry)
    expect(status).toEqual({ code: 1, message: `Failed adding registry: ${why}`, uuid: 0 })
    expect(backend.attached.size).toBe(0)
    expect(await client.extensions()).toEqual(new Map())
  })

  it("with another extension's table is refused", async () => {
    const { client, backend } = await serve()
    await client.registerExtension(info('one'), tables('t1'))
    const status = await client.registerExtension(info('two'), tables('t1'))
    expect(status.message).toBe('Failed adding registry: Duplicate registry item: t1')
    expect([...backend.attached.keys()]).toEqual(['t1'])
  })

  it('answers calls that its manager passes on', async () => {
    const { path, client } = await serve()
    const { uuid } = await client.registerExtension(info('one'), { config: { mine: [] } })
    await serveTinyExtension(path, uuid)
    const answer = await client.call('config', 'mine', { action: 'genConfig' })
    expect(answer.status).toEqual({ code: 0, message: 'OK', uuid: 0 })
    expect(answer.rows).toEqual([{ a: 'x', b: '4', c: 'yy', d: '010' }])
    const failed = await client.call('config', 'mine', { action: 'fail' })
    expect(failed).toEqual({ status: { code: 1, message: 'table broke', uuid: 0 }, rows: [] })
  })

  it('that fails or is not there fails the statement with its message', async () => {
    const { path, backend, client } = await serve({ pingTimeout: 200 })
    const { uuid } = await client.registerExtension(info('one'), tables('t1'))
    const scan = (): Promise<unknown> => backend.attached.get('t1')!.generate('')
    const unreachable = { failure: 'sql', message: `Extension socket not available: ${path}.${uuid}` }
    await expect(scan()).rejects.toMatchObject(unreachable)
    const silent = await serveRaw(`${path}.${uuid}`, () => {})
    await expect(scan()).rejects.toMatchObject(unreachable)
    await silent.close()
  })

  it('stays while it answers pings and goes with its tables once it does not', async () => {
    const { manager, path, backend, client } = await serve()
    const { uuid } = await client.registerExtension(info('one'), tables('t1'))
    const extension = await serveTinyExtension(path, uuid)
    await manager.check()
    expect(extension.called).toEqual(['ping'])
    expect([...(await client.extensions()).keys()]).toEqual([uuid])
    await rm(`${path}.${uuid}`)
    await manager.check()
    expect(await client.extensions()).toEqual(new Map())
    expect(backend.attached.size).toBe(0)
    expect(extension.called).toEqual(['ping'])
  })

  it('has a while to open its socket after registering', async () => {
    const { manager, client } = await serve({ startGrace: 3_600_000 })
    await client.registerExtension(info('one'), tables('t1'))
    await manager.check()
    expect((await client.extensions()).size).toBe(1)
  })

  it('is pinged each interval', async () => {
    const { path, client } = await serve({ interval: 10, startGrace: 3_600_000 })
    const { uuid } = await client.registerExtension(info('one'), tables('t1'))
    const extension = await serveTinyExtension(path, uuid)
    await until(() => extension.called.length > 2)
    expect(new Set(extension.called)).toEqual(new Set(['ping']))
  })

  it('is told to end when the manager closes', async () => {
    const { manager, path, backend, client } = await serve()
    const { uuid } = await client.registerExtension(info('one'), tables('t1'))
    const extension = await serveTinyExtension(path, uuid)
    await manager.close()
    expect(extension.called).toEqual(['shutdown'])
    expect(backend.attached.size).toBe(0)
    expect(existsSync(path)).toBe(false)
    expect(existsSync(`${path}.${uuid}`)).toBe(false)
  })

  it('that is unknown cannot be deregistered', async () => {
    const { client } = await serve()
    expect(await client.deregisterExtension(77)).toEqual({ code: 1, message: 'No extension UUID found', uuid: 0 })
  })
})
