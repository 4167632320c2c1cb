import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MessageError } from '../../src/osquery/message-error.ts'
import { MessageScanner, type ScannedMessage, type ScannerOptions } from '../../src/osquery/message-scanner.ts'
import { exchanges, recorded } from './recordings.ts'

function scan(chunks: readonly Buffer[], options: ScannerOptions): ScannedMessage[] {
  const scanner = new MessageScanner(options)
  return chunks.flatMap((chunk) => [...scanner.push(chunk)])
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const edges = [0, ...[...at].sort((left, right) => left - right), bytes.length]
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i]!, edge))
}

function faultOf(bytes: Buffer, options: ScannerOptions): string | undefined {
  try {
    scan([bytes], options)
    return undefined
  } catch (error) {
    return (error as MessageError).fault
  }
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const i32 = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')
/** A strict call named `q` with these fields, the final stop left to the caller. */
const callWith = (fields: string): Buffer => hex(`80010001 00000001 71 00000001 ${fields}`)

describe('the message scanner', () => {
  it('finds every recorded message when it comes byte by byte', () => {
    for (const { note, request, response } of exchanges) {
      for (const [expected, bytes] of [
        ['request', request],
        ['reply', response],
      ] as const) {
        const messages = scan(
          [...bytes].map((byte) => Buffer.of(byte)),
          { expect: expected },
        )
        expect(
          messages.map((message) => message.bytes.toString('hex')),
          note,
        ).toEqual([bytes.toString('hex')])
      }
    }
  })

  it('finds the same messages and slices however their bytes are cut', () => {
    const all = Buffer.concat(exchanges.map(({ response }) => response))
    const options = { expect: 'reply', sliceBytes: 700 } as const
    const whole = scan([all], options)
    expect(whole).toHaveLength(exchanges.length)
    fc.assert(
      fc.property(fc.array(fc.nat(all.length), { maxLength: 60 }), (at) => {
        expect(scan(cut(all, at), options)).toEqual(whole)
      }),
    )
  })

  it('takes pipelined requests, strict and old-style, from one chunk', () => {
    const strict = recorded('ping').request
    const old = hex('00000004 70696e67 01 00000007 00')
    const messages = scan([Buffer.concat([strict, old, strict])], { expect: 'request' })
    expect(messages.map((message) => message.bytes)).toEqual([strict, old, strict])
  })

  it('tells whether a message has begun and not ended', () => {
    const scanner = new MessageScanner({ expect: 'request' })
    const { request } = recorded('ping')
    expect(scanner.partial).toBe(false)
    expect([...scanner.push(request.subarray(0, 5))]).toEqual([])
    expect(scanner.partial).toBe(true)
    expect([...scanner.push(request.subarray(5))]).toHaveLength(1)
    expect(scanner.partial).toBe(false)
  })

  it('marks slices that together hold every row', () => {
    const { response } = recorded('300 rows')
    const [message] = scan([response], { expect: 'reply', sliceBytes: 1000 })
    const slices = message!.rows!.slices
    expect(slices.length).toBeGreaterThan(3)
    expect(slices.reduce((sum, { rows }) => sum + rows, 0)).toBe(300)
    expect(message!.rows!.end).toBe(response.length - 2)
  })

  it('passes over containers of every type', () => {
    const fields = [
      '02 0001 01', // bool
      '04 0002 3ff0000000000000', // double
      '0f 0003 0a 00000002 00000000000000010000000000000002', // list of i64
      '0e 0004 0b 00000001 00000001 61', // set of text
      '0d 0005 08 0c 00000001 00000007 06 0001 0002 00', // map of i32 to struct
      '0d 0006 00 00 00000000', // empty map that leaves its types open
      '0f 0007 0d 00000001 0b 0b 00000001 00000001 61 00000000', // list of maps
    ].join(' ')
    expect(scan([callWith(`${fields} 00`)], { expect: 'request' })).toHaveLength(1)
  })

  it('refuses a wrong version', () => {
    expect(faultOf(hex('80020001 00000000'), { expect: 'request' })).toBe('version')
    expect(faultOf(hex('00000004 70696e67 02 00000007 00'), { expect: 'reply' })).toBe('version')
  })

  it('refuses a reply where a request belongs, and the other way round', () => {
    expect(faultOf(recorded('ping').response, { expect: 'request' })).toBe('kind')
    expect(faultOf(recorded('ping').request, { expect: 'reply' })).toBe('kind')
    expect(faultOf(hex('00000004 70696e67 02 00000007 00'), { expect: 'request' })).toBe('kind')
  })

  it('refuses negative lengths and counts', () => {
    expect(faultOf(hex('80010001 ffffffff'), { expect: 'request' })).toBe('length')
    expect(faultOf(callWith('0b 0001 80000000'), { expect: 'request' })).toBe('length')
    expect(faultOf(callWith('0f 0001 08 ffffffff'), { expect: 'request' })).toBe('length')
    expect(faultOf(callWith('0d 0001 08 08 ffffffff'), { expect: 'request' })).toBe('length')
  })

  it('refuses types that do not exist, without asking for their bytes', () => {
    expect(faultOf(callWith('05 0001'), { expect: 'request' })).toBe('type')
    expect(faultOf(callWith('7f 0001'), { expect: 'request' })).toBe('type')
    expect(faultOf(callWith('0f 0001 01 7fffffff'), { expect: 'request' })).toBe('type')
  })

  it('refuses a message over its cap as soon as a length or a count announces it', () => {
    const options = { expect: 'request', maxBytes: 1000 } as const
    expect(faultOf(callWith(`0b 0001 ${i32(2000)}`), options)).toBe('size')
    expect(faultOf(callWith(`0f 0001 0c ${i32(2000)}`), options)).toBe('size')
    expect(faultOf(callWith(`0f 0001 02 ${i32(0x7fffffff)}`), options)).toBe('size')
    expect(faultOf(Buffer.from('GET / HTTP/1.1\r\n'), { expect: 'request' })).toBe('size')
  })

  it('refuses a message over its cap that grows field by field', () => {
    const fields = '02 0001 01 '.repeat(400)
    expect(faultOf(callWith(fields), { expect: 'request', maxBytes: 1000 })).toBe('size')
    expect(faultOf(callWith(`${fields} 00`), { expect: 'request', maxBytes: 1000 })).toBe('size')
  })

  it('refuses what is nested too deep', () => {
    const nested = (depth: number): Buffer => callWith('0c 0001 '.repeat(depth) + '00'.repeat(depth + 1))
    expect(faultOf(nested(63), { expect: 'request' })).toBeUndefined()
    expect(faultOf(nested(64), { expect: 'request' })).toBe('depth')
  })

  it('stays broken after a fault', () => {
    const scanner = new MessageScanner({ expect: 'request' })
    expect(() => [...scanner.push(hex('80020001'))]).toThrow(MessageError)
    expect(() => [...scanner.push(recorded('ping').request)]).toThrow(MessageError)
  })

  it('ends every sequence of bytes with messages, a fault or a wait for more', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const start of [Buffer.of(), hex('8001000100000000 00000001')]) {
          const fault = faultOf(Buffer.concat([start, bytes]), { expect: 'request', maxBytes: 10_000 })
          expect([undefined, 'version', 'kind', 'type', 'length', 'size', 'depth']).toContain(fault)
        }
      }),
    )
  })
})
