import { decodeRequest } from '../../src/osquery/decode-request.ts'
import { encodeReply } from '../../src/osquery/encode-reply.ts'
import { MessageScanner } from '../../src/osquery/message-scanner.ts'
import { type RawServer, serveRaw } from './real-sockets.ts'

export interface TinyExtension extends RawServer {
  /** The methods called, in order. */
  readonly called: string[]
}

/** An extension with one table of one row, served on `<manager's socket>.<uuid>`. */
export async function serveTinyExtension(managerPath: string, uuid: number): Promise<TinyExtension> {
  const called: string[] = []
  const scanners = new Map<number, MessageScanner>()
  const server = await serveRaw(`${managerPath}.${uuid}`, (socket, chunk, connection) => {
    const scanner = scanners.get(connection) ?? new MessageScanner({ expect: 'request' })
    scanners.set(connection, scanner)
    for (const message of scanner.push(chunk)) {
      const request = decodeRequest(message)
      called.push(request.method)
      const status = { code: 0, message: 'OK', uuid }
      const rows = [{ a: 'x', b: '4', c: 'yy', d: '010' }]
      const reply =
        request.method === 'call'
          ? request.request.action === 'fail'
            ? ({ kind: 'response', status: { ...status, code: 1, message: 'table broke' }, rows } as const)
            : ({ kind: 'response', status, rows } as const)
          : request.method === 'shutdown'
            ? ({ kind: 'nothing' } as const)
            : ({ kind: 'status', status } as const)
      for (const bytes of encodeReply(request.name, request.seqid, reply)) socket.write(bytes)
    }
  })
  return { ...server, called }
}
