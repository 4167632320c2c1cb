import thrift from 'thrift'
import type { TextRow } from '../core/source.ts'
import { readInfo } from './decode-reply.ts'
import { ReadingTransport } from './memory-transport.ts'
import type { ScannedMessage } from './message-scanner.ts'
import type { ExtensionInfo } from './protocol.ts'
import { type FieldReader, readMap, readRow, readRows, readStruct } from './read-struct.ts'

const { Type } = thrift.Thrift

/** Registry → plugin → its description, as an extension announces it. */
export type AnnouncedPlugins = ReadonlyMap<string, ReadonlyMap<string, readonly TextRow[]>>

export type Request = { readonly name: string; readonly seqid: number } & (
  | { readonly method: 'ping' | 'shutdown' | 'extensions' | 'options' | 'unknown' }
  | { readonly method: 'query' | 'getQueryColumns'; readonly sql: string }
  | { readonly method: 'call'; readonly registry: string; readonly item: string; readonly request: TextRow }
  | { readonly method: 'registerExtension'; readonly info: ExtensionInfo; readonly plugins: AnnouncedPlugins }
  | { readonly method: 'deregisterExtension'; readonly uuid: number }
)

/** Reads a request. An argument that is missing or of a wrong type is empty (text, map) or 0, as in osquery. */
export function decodeRequest(message: ScannedMessage): Request {
  const input = new thrift.TBinaryProtocol(new ReadingTransport(message.bytes))
  const { fname, rseqid } = input.readMessageBegin()
  const name = String(fname)
  const call = { name, seqid: rseqid }
  switch (name) {
    case 'ping':
    case 'shutdown':
    case 'extensions':
    case 'options':
      return { ...call, method: name }
    case 'query':
    case 'getQueryColumns': {
      let sql = ''
      readStruct(input, {
        1: text((value) => {
          sql = value
        }),
      })
      return { ...call, method: name, sql }
    }
    case 'call': {
      let [registry, item] = ['', '']
      let request: TextRow = {}
      readStruct(input, {
        1: text((value) => {
          registry = value
        }),
        2: text((value) => {
          item = value
        }),
        3: [
          Type.MAP,
          () => {
            request = readRow(input)
          },
        ],
      })
      return { ...call, method: name, registry, item, request }
    }
    case 'registerExtension': {
      let info: ExtensionInfo = { name: '', version: '', sdk_version: '', min_sdk_version: '' }
      let plugins: AnnouncedPlugins = new Map()
      readStruct(input, {
        1: [
          Type.STRUCT,
          () => {
            info = readInfo(input)
          },
        ],
        2: [
          Type.MAP,
          () => {
            plugins = readNamed(Type.MAP, () => readNamed(Type.LIST, () => readRows(input)))
          },
        ],
      })
      return { ...call, method: name, info, plugins }
    }
    case 'deregisterExtension': {
      let uuid = 0
      readStruct(input, {
        1: [
          Type.I64,
          () => {
            uuid = input.readI64().toNumber(true)
          },
        ],
      })
      return { ...call, method: name, uuid }
    }
    default:
      return { ...call, method: 'unknown' }
  }

  function text(keep: (value: string) => void): FieldReader {
    return [Type.STRING, () => keep(input.readString())]
  }

  function readNamed<Value>(valueType: number, readValue: () => Value): Map<string, Value> {
    const values = new Map<string, Value>()
    readMap(input, Type.STRING, valueType, () => {
      const key = input.readString()
      values.set(key, readValue())
    })
    return values
  }
}
