import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CallRefusedError,
  decodeExtensions,
  decodeOptions,
  decodeResponse,
  decodeStatus,
} from '../../src/osquery/decode-reply.ts'
import { encodeReply } from '../../src/osquery/encode-reply.ts'
import { encodeRequest } from '../../src/osquery/encode-request.ts'
import { MessageScanner } from '../../src/osquery/message-scanner.ts'
import { exchanges, extensionRecords, readRequest, readResponse, recorded, scanOne } from './recordings.ts'

const OK = { code: 0, message: 'OK', uuid: 0 }

describe('requests', () => {
  it('are read as recorded', () => {
    expect(readRequest(recorded('unknown table').request)).toMatchObject({ method: 'query', sql: 'SELECT * FROM nope' })
    expect(readRequest(recorded('deregister').request)).toMatchObject({ uuid: 0x1092 })
    expect(readRequest(recorded('unknown method').request)).toMatchObject({ method: 'unknown', name: 'nonsense' })
    expect(readRequest(recorded('plugin call: generate').request)).toMatchObject({
      method: 'call',
      registry: 'table',
      item: 'etc_protocols',
      request: { action: 'generate', context: '{"constraints":[]}' },
    })
    for (const { method, request } of exchanges) expect(readRequest(request)).toMatchObject({ name: method, seqid: 7 })
  })

  it('are written byte for byte as recorded', () => {
    const records = [
      ...exchanges.map(({ note, request }) => ({ note, request })),
      ...extensionRecords.flatMap(({ note, request }) =>
        request === undefined ? [] : [{ note, request: Buffer.from(request, 'hex') }],
      ),
    ]
    for (const { note, request } of records) {
      const read = readRequest(request)
      if (read.method !== 'unknown') expect(encode(read).toString('hex'), note).toBe(request.toString('hex'))
    }
    expect(records.length).toBeGreaterThan(30)
  })

  it('have empty arguments where one is missing or of another type', () => {
    const missing = Buffer.from('8001000100000005717565727900000007' + '00', 'hex')
    expect(readRequest(missing)).toMatchObject({ method: 'query', sql: '' })
    const wrong = Buffer.from('8001000100000005717565727900000007' + '0800010000002a' + '00', 'hex')
    expect(readRequest(wrong)).toMatchObject({ method: 'query', sql: '' })
    const unknownField = Buffer.from('8001000100000005717565727900000007' + '0b00090000000161' + '00', 'hex')
    expect(readRequest(unknownField)).toMatchObject({ method: 'query', sql: '' })
  })
})

describe('replies', () => {
  it('are read as recorded', async () => {
    expect((await readResponse(recorded('one row'))).rows).toEqual([
      { a: 'x', b: '1', big: '9007199254740993', blob: 'AB', d: '1.5', n: '' },
    ])
    expect(await readResponse(recorded('unknown table'))).toEqual({
      status: { code: 1, message: 'no such table: nope', uuid: 0 },
      rows: [],
    })
    expect((await readResponse(recorded('UTF-8'))).rows).toEqual([{ t: 'ü€😀' }])
    expect((await readResponse(recorded('300 rows'))).rows.at(-1)).toEqual({ x: '300' })
    expect((await readResponse(recorded('columns of a query'))).rows[0]).toEqual({ path: 'TEXT' })
    const ping = scanOne(recorded('ping').response, 'reply')
    expect(decodeStatus(ping, { method: 'ping', seqid: 7 })).toEqual({ code: 0, message: 'pong', uuid: 0 })
    const listed = extensionRecords.find(({ method }) => method === 'extensions')!
    const extensions = scanOne(Buffer.from(listed.response!, 'hex'), 'reply')
    expect(decodeExtensions(extensions, { method: 'extensions', seqid: 1 })).toEqual(
      new Map([[0x9b29, { name: 'keelson', version: '1.0.0', sdk_version: '0.0.0', min_sdk_version: '0.0.0' }]]),
    )
  })

  it('that are exceptions are errors which say the type', () => {
    const { response } = recorded('unknown method')
    const read = (): unknown => decodeStatus(scanOne(response, 'reply'), { method: 'nonsense', seqid: 7 })
    expect(read).toThrow(new CallRefusedError("Invalid method name: 'nonsense'", 1))
  })

  it('to another call are refused', async () => {
    const message = scanOne(recorded('no rows').response, 'reply')
    await expect(decodeResponse(message, { method: 'query', seqid: 8 })).rejects.toThrow(/call 7 of query instead/)
    await expect(decodeResponse(message, { method: 'call', seqid: 7 })).rejects.toThrow(/instead of call 7/)
  })

  it('of another shape are refused', async () => {
    const ping = scanOne(recorded('ping').response, 'reply')
    await expect(decodeResponse(ping, { method: 'ping', seqid: 7 })).rejects.toThrow(/no status/)
    // A list of numbers instead of rows, and rows of numbers.
    const head =
      '80010002000000057175657279000000070c00000c0001080001000000000b0002000000024f4b0a0003000000000000000000'
    const numbers = scanOne(Buffer.from(`${head}0f000208000000010000002a0000`, 'hex'), 'reply')
    await expect(decodeResponse(numbers, { method: 'query', seqid: 7 })).rejects.toThrow(/rows that are no maps/)
    const inside = scanOne(Buffer.from(`${head}0f00020d0000000108080000000100000001000000020000`, 'hex'), 'reply')
    await expect(decodeResponse(inside, { method: 'query', seqid: 7 })).rejects.toThrow(/a map of types 8 and 8/)
  })

  it('come back as written, in any slices, whatever the columns are called', async () => {
    const name = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'hasOwnProperty', '10', '2'))
    const row = fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' })), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 20 }),
        fc.integer({ min: 1, max: 200 }),
        async (entries, sliceBytes) => {
          const rows = entries.map((row) => Object.fromEntries(row))
          const bytes = Buffer.concat([...encodeReply('query', 3, { kind: 'response', status: OK, rows })])
          const [message] = [...new MessageScanner({ expect: 'reply', sliceBytes }).push(bytes)]
          const read = await decodeResponse(message!, { method: 'query', seqid: 3 })
          expect(read.rows.map((row) => Object.entries(row).sort())).toEqual(
            rows.map((row) => Object.entries(row).sort()),
          )
        },
      ),
    )
  })

  it('have their maps sorted by bytes', () => {
    const row = { '\u{1f600}': 'last', '\uffee': 'third', b: '', a: '', '10': 'first', '9': 'second' }
    const bytes = Buffer.concat([...encodeReply('query', 3, { kind: 'response', status: OK, rows: [row] })])
    const at = ['10', '9', 'a', 'b', '\uffee', '\u{1f600}'].map((name) => {
      const key = Buffer.concat([Buffer.of(0, 0, 0, Buffer.byteLength(name)), Buffer.from(name)])
      return bytes.indexOf(key, 60)
    })
    expect(at).toEqual([...at].sort((left, right) => left - right))
    expect(at).not.toContain(-1)
  })

  it('carry options by name', () => {
    const options = new Map([['b', { value: '1', default_value: '0', type: 'int' }]])
    const bytes = Buffer.concat([...encodeReply('options', -5, { kind: 'options', options })])
    expect(decodeOptions(scanOne(bytes, 'reply'), { method: 'options', seqid: -5 })).toEqual(options)
  })
})

function encode(request: ReturnType<typeof readRequest>): Buffer {
  switch (request.method) {
    case 'query':
    case 'getQueryColumns':
      return encodeRequest(request.method, [request.sql], request.seqid)
    case 'call':
      return encodeRequest('call', [request.registry, request.item, request.request], request.seqid)
    case 'registerExtension': {
      const registry = Object.fromEntries(
        [...request.plugins].map(([name, items]) => [name, Object.fromEntries(items)] as const),
      )
      return encodeRequest('registerExtension', [request.info, registry], request.seqid)
    }
    case 'deregisterExtension':
      return encodeRequest('deregisterExtension', [request.uuid], request.seqid)
    case 'unknown':
      throw new Error('an unknown method cannot be written')
    default:
      return encodeRequest(request.method, [], request.seqid)
  }
}
