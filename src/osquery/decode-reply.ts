import { setImmediate as nextTurn } from 'node:timers/promises'
import thrift, { type Int64, type Protocol } from 'thrift'
import { messageOf } from '../core/errors.ts'
import type { TextRow } from '../core/source.ts'
import { ExtensionStatus, InternalExtensionInfo, InternalOptionInfo } from './generated.ts'
import { ReadingTransport } from './memory-transport.ts'
import { MessageError } from './message-error.ts'
import type { ScannedMessage } from './message-scanner.ts'
import type { ExtensionInfo, ExtensionOption, ExtensionResponseValue, ExtensionStatusValue } from './protocol.ts'
import { type FieldReader, readMap, readRow, readStruct } from './read-struct.ts'

const { MessageType, TApplicationException, Type } = thrift.Thrift

/** The server answered the call with a Thrift exception; the connection stays usable. */
export class CallRefusedError extends Error {
  override readonly name = 'CallRefusedError'
  /** 1 for a method that the server does not have; 0 or 6 for a failure inside the method. */
  readonly type: number

  constructor(message: string, type: number) {
    super(message)
    this.type = type
  }
}

/** Which call a reply must belong to. */
export interface AwaitedCall {
  readonly method: string
  readonly seqid: number
}

/** Reads the reply to ping, registerExtension and deregisterExtension. */
export function decodeStatus(message: ScannedMessage, call: AwaitedCall): ExtensionStatusValue {
  let status: ExtensionStatusValue | undefined
  readResult(message, call, (input) => [
    Type.STRUCT,
    () => {
      status = readStatus(input)
    },
  ])
  return status ?? refuseShape(call, 'no status')
}

/** Reads the reply to query, getQueryColumns and call; a large one in slices, letting other work run in between. */
export async function decodeResponse(message: ScannedMessage, call: AwaitedCall): Promise<ExtensionResponseValue> {
  let status: ExtensionStatusValue | undefined
  readResult(message, call, (input, transport) => [
    Type.STRUCT,
    () =>
      readStruct(input, {
        1: [
          Type.STRUCT,
          () => {
            status = readStatus(input)
          },
        ],
        // The scanner knows where the rows lie, so that they need not be read here in one go.
        2: [
          Type.LIST,
          () => {
            if (!message.rows) refuseShape(call, 'rows that are no maps')
            transport.position = message.rows.end
          },
        ],
      }),
  ])
  if (!status || !message.rows) return refuseShape(call, status ? 'no rows' : 'no status')
  return { status, rows: await decodeRows(message, call) }
}

async function decodeRows(message: ScannedMessage, call: AwaitedCall): Promise<TextRow[]> {
  const transport = new ReadingTransport(message.bytes)
  const input = new thrift.TBinaryProtocol(transport)
  const rows: TextRow[] = []
  for (const slice of message.rows?.slices ?? []) {
    if (rows.length > 0) await nextTurn()
    transport.position = slice.offset
    understand(call, () => {
      for (let i = 0; i < slice.rows; i++) rows.push(readRow(input))
    })
  }
  return rows
}

/** Reads the reply to extensions, by uuid. */
export function decodeExtensions(message: ScannedMessage, call: AwaitedCall): Map<number, ExtensionInfo> {
  const extensions = new Map<number, ExtensionInfo>()
  readResult(message, call, (input) => [
    Type.MAP,
    () =>
      readMap(input, Type.I64, Type.STRUCT, () => {
        const uuid = input.readI64().toNumber(true)
        extensions.set(uuid, readInfo(input))
      }),
  ])
  return extensions
}

/** Reads the reply to options, by flag name. */
export function decodeOptions(message: ScannedMessage, call: AwaitedCall): Map<string, ExtensionOption> {
  const options = new Map<string, ExtensionOption>()
  readResult(message, call, (input) => [
    Type.MAP,
    () =>
      readMap(input, Type.STRING, Type.STRUCT, () => {
        const name = input.readString()
        const option = new InternalOptionInfo()
        option.read(input)
        const { value, default_value, type } = option
        options.set(name, { value: value ?? '', default_value: default_value ?? '', type: type ?? '' })
      }),
  ])
  return options
}

/** Reads the reply to shutdown, which says nothing. */
export function decodeNothing(message: ScannedMessage, call: AwaitedCall): void {
  readResult(message, call, () => [Type.STOP, () => {}])
}

/** An extension's description; what it leaves out is empty text. */
export function readInfo(input: Protocol): ExtensionInfo {
  const info = new InternalExtensionInfo()
  info.read(input)
  return {
    name: info.name ?? '',
    version: info.version ?? '',
    sdk_version: info.sdk_version ?? '',
    min_sdk_version: info.min_sdk_version ?? '',
  }
}

function readStatus(input: Protocol): ExtensionStatusValue {
  const status = new ExtensionStatus()
  status.read(input)
  if (status.code === null) throw new TypeError('a status without a code')
  const uuid = status.uuid as Int64 | null
  return { code: status.code, message: status.message ?? '', uuid: uuid ? uuid.toNumber(true) : 0 }
}

/** Checks that the message answers the call, and reads its result: the value of field 0. */
function readResult(
  message: ScannedMessage,
  call: AwaitedCall,
  field: (input: Protocol, transport: ReadingTransport) => FieldReader,
): void {
  const transport = new ReadingTransport(message.bytes)
  const input = new thrift.TBinaryProtocol(transport)
  const { fname, mtype, rseqid } = understand(call, () => input.readMessageBegin())
  if (String(fname) !== call.method || rseqid !== call.seqid) {
    refuseShape(call, `an answer to call ${rseqid} of ${fname} instead of call ${call.seqid}`)
  }
  if (mtype === MessageType.EXCEPTION) {
    const refusal = new TApplicationException()
    understand(call, () => refusal.read(input))
    throw new CallRefusedError(refusal.message ?? 'no reason given', refusal.type)
  }
  understand(call, () => readStruct(input, { 0: field(input, transport) }))
}

function understand<Value>(call: AwaitedCall, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (error instanceof MessageError) throw error
    return refuseShape(call, messageOf(error))
  }
}

function refuseShape(call: AwaitedCall, what: string): never {
  throw new MessageError('shape', `the answer to ${call.method} has ${what}`, 0)
}
