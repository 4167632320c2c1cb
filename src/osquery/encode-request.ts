import thrift from 'thrift'
import { GeneratedClient } from './generated.ts'
import { WritingTransport } from './memory-transport.ts'
import type { ExtensionMethods } from './protocol.ts'

/** A strict request, as osquery's own clients write it. The maps in it must not have a key named `hasOwnProperty`. */
export function encodeRequest<Method extends keyof ExtensionMethods>(
  method: Method,
  args: ExtensionMethods[Method],
  seqid: number,
): Buffer {
  const transport = new WritingTransport()
  const writer = new GeneratedClient(transport, thrift.TBinaryProtocol)
  writer._seqid = seqid
  const send = writer[`send_${method}`] as (...values: unknown[]) => void
  send.apply(writer, args.map(toPlain))
  return transport.take()
}

/** The generated code asks each map for its `hasOwnProperty`, which rows off the wire do not have. */
function toPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(toPlain)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toPlain(inner)]))
}
