import { readFileSync } from 'node:fs'
import { decodeResponse } from '../../src/osquery/decode-reply.ts'
import { decodeRequest, type Request } from '../../src/osquery/decode-request.ts'
import { MessageScanner, type ScannedMessage } from '../../src/osquery/message-scanner.ts'
import type { ExtensionResponseValue } from '../../src/osquery/protocol.ts'

export interface Exchange {
  readonly note: string
  readonly method: string
  readonly request: Buffer
  readonly response: Buffer
}

export interface ExtensionRecord {
  readonly note: string
  readonly direction?: 'to manager' | 'from manager'
  readonly method?: string
  readonly request?: string
  readonly response?: string
}

function read<Value>(name: string): Value {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8'))
}

/** What was said on the manager's socket of a real osquery. */
export const exchanges: readonly Exchange[] = read<
  { note: string; method: string; request: string; response: string }[]
>('socket.json').map(({ note, method, request, response }) => ({
  note,
  method,
  request: Buffer.from(request, 'hex'),
  response: Buffer.from(response, 'hex'),
}))

/** An extension's life with a real osquery. */
export const extensionRecords: readonly ExtensionRecord[] = read('extension.json')

export function recorded(note: string): Exchange {
  const found = exchanges.find((exchange) => exchange.note.startsWith(note))
  if (!found) throw new Error(`no recording ${note}`)
  return found
}

export function scanOne(bytes: Buffer, expect: 'request' | 'reply'): ScannedMessage {
  const [message] = [...new MessageScanner({ expect }).push(bytes)]
  if (!message) throw new Error('no whole message')
  return message
}

export function readRequest(bytes: Buffer): Request {
  return decodeRequest(scanOne(bytes, 'request'))
}

/** The recorded answer of an exchange whose reply has rows. */
export function readResponse(exchange: Exchange): Promise<ExtensionResponseValue> {
  const { name, seqid } = readRequest(exchange.request)
  return decodeResponse(scanOne(exchange.response, 'reply'), { method: name, seqid })
}
