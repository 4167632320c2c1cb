import { describe, expect, it } from 'vitest'
import { encodeReply } from '../../src/osquery/encode-reply.ts'
import { encodeRequest } from '../../src/osquery/encode-request.ts'
import { answerManager, type ExtensionTable, toRegistry } from '../../src/osquery/extension-methods.ts'
import { extensionRecords, readRequest } from './recordings.ts'

const UUID = 39721
const ROW = { a: 'x', b: '4', c: 'yy', d: '010' }

/** The table of the recording. */
function makeTable(generate: ExtensionTable['generate'] = async () => [ROW]): ExtensionTable {
  const columns = [
    { name: 'a', type: 'TEXT', op: 1 },
    { name: 'b', type: 'INTEGER', op: 4 },
    { name: 'c', type: 'TEXT', op: 1 },
    { name: 'd', type: 'BIGINT', op: 0 },
  ]
  return { name: 'kt_example', columns, generate }
}

const call = (request: Record<string, string>, table = makeTable(), item = 'kt_example') =>
  answerManager(
    { name: 'call', seqid: 0, method: 'call', registry: 'table', item, request },
    UUID,
    new Map([[table.name, table]]),
  )

const fromManager = (method: string) =>
  extensionRecords
    .filter((record) => record.direction === 'from manager' && record.method === method)
    .map(({ request = '', response = '' }) => ({ request: readRequest(Buffer.from(request, 'hex')), response }))

describe('an extension', () => {
  it('announces its tables byte for byte as the recorded one did', () => {
    const record = extensionRecords.find(({ method }) => method === 'registerExtension')
    const info = { name: 'keelson', version: '1.0.0', sdk_version: '0.0.0', min_sdk_version: '0.0.0' }
    const bytes = encodeRequest('registerExtension', [info, toRegistry([makeTable()])], 1)
    expect(bytes.toString('hex')).toBe(record?.request)
  })

  it('answers the recorded pings byte for byte', async () => {
    const pings = fromManager('ping')
    expect(pings.length).toBeGreaterThan(3)
    for (const { request, response } of pings) {
      const reply = await answerManager(request, UUID, new Map())
      expect(Buffer.concat([...encodeReply(request.name, request.seqid, reply)]).toString('hex')).toBe(response)
    }
  })

  it('hands the recorded contexts to its table, and answers with its rows and their rowid', async () => {
    const contexts: string[] = []
    const table = makeTable(async (context) => {
      contexts.push(context)
      return [ROW]
    })
    const calls = fromManager('call')
    for (const { request } of calls) {
      const reply = await answerManager(request, UUID, new Map([[table.name, table]]))
      expect(reply).toMatchObject({ kind: 'response', status: { code: 0, message: 'OK', uuid: UUID }, rows: [ROW] })
    }
    expect(contexts.map((context) => Object.keys(JSON.parse(context)))).toEqual(
      calls.map(() => ['constraints', 'colsUsed', 'colsUsedBitset']),
    )
  })

  it('tells equal rows from different ones by their rowid, whatever the order of their columns', async () => {
    const rows = [{ a: 'x', b: '1' }, { b: '1', a: 'x' }, { a: 'x1' }, { a: 'x', b: '2' }]
    const reply = await call(
      { action: 'generate', context: '' },
      makeTable(async () => rows),
    )
    const ids = reply.kind === 'response' ? reply.rows.map(({ rowid }) => rowid ?? '') : []
    expect(ids[0]).toBe(ids[1])
    expect(new Set(ids).size).toBe(3)
    for (const id of ids) {
      expect(id).toMatch(/^\d+$/)
      expect(BigInt(id)).toBeLessThan(1n << 63n)
    }
  })

  it('describes its columns when it is asked again', async () => {
    expect(await call({ action: 'columns' })).toMatchObject({ rows: toRegistry([makeTable()]).table?.kt_example })
  })

  it('fails with the words of the table, and never with a Thrift exception', async () => {
    const broken = makeTable(() => Promise.reject(new Error('no permission')))
    expect(await call({ action: 'generate' }, broken)).toMatchObject({ status: { code: 1, message: 'no permission' } })
    expect(await call({ action: 'generate' }, broken, 'other')).toMatchObject({
      status: { code: 1, message: 'Cannot call registry item: other' },
    })
    expect(await call({ action: 'nonsense' })).toMatchObject({
      status: { code: 1, message: 'Unknown table plugin action: nonsense' },
    })
    expect(await call({})).toMatchObject({ status: { code: 1 } })
  })

  it('takes no writing, and knows no other methods', async () => {
    expect(await call({ action: 'delete', id: '1' })).toMatchObject({
      status: { code: 0 },
      rows: [{ status: 'readonly' }],
    })
    const query = { name: 'query', seqid: 0, method: 'query', sql: 'SELECT 1' } as const
    expect(await answerManager(query, UUID, new Map())).toMatchObject({ kind: 'refusal', type: 1 })
  })

  it('refuses to answer more than osquery may take', async () => {
    const large = makeTable(async () => Array.from({ length: 65 }, () => ({ a: 'x'.repeat(1 << 20) })))
    expect(await call({ action: 'generate' }, large)).toMatchObject({
      status: { code: 1, message: 'kt_example would answer more than 64 MiB: ask for less' },
      rows: [],
    })
  })
})
