import thrift, { type Protocol } from 'thrift'
import type { TextRow } from '../core/source.ts'
import { ExtensionStatus, InternalExtensionInfo, InternalOptionInfo } from './generated.ts'
import { WritingTransport } from './memory-transport.ts'
import type { ExtensionInfo, ExtensionOption, ExtensionStatusValue } from './protocol.ts'

const { MessageType, Type } = thrift.Thrift

/** Rows are sent on in pieces of about this many bytes. */
const SLICE_BYTES = 256 * 1024

/** What a method answers. `refusal` is Thrift's own exception: type 1 for an unknown method, 0 for a failure inside. */
export type Reply =
  | { readonly kind: 'status'; readonly status: ExtensionStatusValue }
  | { readonly kind: 'response'; readonly status: ExtensionStatusValue; readonly rows: readonly TextRow[] }
  | { readonly kind: 'extensions'; readonly extensions: ReadonlyMap<number, ExtensionInfo> }
  | { readonly kind: 'options'; readonly options: ReadonlyMap<string, ExtensionOption> }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refusal'; readonly type: number; readonly message: string }

/** The reply's bytes, in pieces. Always the strict form; every field of a status is written, and maps are sorted. */
export function* encodeReply(method: string, seqid: number, reply: Reply): Generator<Buffer, void> {
  const transport = new WritingTransport()
  const output = new thrift.TBinaryProtocol(transport)
  output.writeMessageBegin(method, reply.kind === 'refusal' ? MessageType.EXCEPTION : MessageType.REPLY, seqid)
  switch (reply.kind) {
    case 'status':
      output.writeFieldBegin('success', Type.STRUCT, 0)
      new ExtensionStatus(reply.status).write(output)
      break
    case 'response':
      output.writeFieldBegin('success', Type.STRUCT, 0)
      output.writeFieldBegin('status', Type.STRUCT, 1)
      new ExtensionStatus(reply.status).write(output)
      output.writeFieldBegin('response', Type.LIST, 2)
      output.writeListBegin(Type.MAP, reply.rows.length)
      for (const row of reply.rows) {
        writeRow(output, row)
        if (transport.length > SLICE_BYTES) yield transport.take()
      }
      output.writeFieldStop()
      break
    case 'extensions':
      output.writeFieldBegin('success', Type.MAP, 0)
      output.writeMapBegin(Type.I64, Type.STRUCT, reply.extensions.size)
      for (const [uuid, info] of [...reply.extensions].sort(([left], [right]) => left - right)) {
        output.writeI64(uuid)
        new InternalExtensionInfo(info).write(output)
      }
      break
    case 'options':
      output.writeFieldBegin('success', Type.MAP, 0)
      output.writeMapBegin(Type.STRING, Type.STRUCT, reply.options.size)
      for (const [name, option] of [...reply.options].sort(([left], [right]) => compareBytes(left, right))) {
        output.writeString(name)
        new InternalOptionInfo(option).write(output)
      }
      break
    case 'refusal':
      // The package's own exception leaves its type out.
      output.writeFieldBegin('message', Type.STRING, 1)
      output.writeString(reply.message)
      output.writeFieldBegin('type', Type.I32, 2)
      output.writeI32(reply.type)
  }
  output.writeFieldStop()
  output.writeMessageEnd()
  yield transport.take()
}

function writeRow(output: Protocol, row: TextRow): void {
  const names = Object.keys(row).sort(compareBytes)
  output.writeMapBegin(Type.STRING, Type.STRING, names.length)
  for (const name of names) {
    output.writeString(name)
    output.writeString(row[name]!)
  }
}

/** osquery's maps are sorted by bytes, which differs from the order of UTF-16 only beyond U+D7FF. */
function compareBytes(left: string, right: string): number {
  if (/[\ud800-\uffff]/.test(left + right)) return Buffer.compare(Buffer.from(left), Buffer.from(right))
  return left < right ? -1 : left > right ? 1 : 0
}
