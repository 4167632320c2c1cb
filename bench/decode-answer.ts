// How long a large answer takes to read from a socket, and for how long at a time it blocks the event loop:
//   node bench/decode-answer.ts [megabytes]
// The answer comes from a process of its own in chunks of 64 KiB, once to our client and once to the thrift package's
// own transport, which reads the whole message again at every chunk.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import thrift from 'thrift'
import { ExtensionClient } from '../src/osquery/client.ts'
import { encodeReply } from '../src/osquery/encode-reply.ts'
import { encodeRequest } from '../src/osquery/encode-request.ts'
import { GeneratedClient } from '../src/osquery/generated.ts'

const CHUNK = 64 * 1024

if (process.argv[2] === 'serve') serveAnswer(process.argv[3]!, Number(process.argv[4]))
else await measure(Number(process.argv[2] ?? 15))

/** Answers anything with the same large reply to call 0 of `query`. */
function serveAnswer(path: string, megabytes: number): void {
  const rows: Record<string, string>[] = []
  for (let i = 0, bytes = 0; bytes < megabytes * 1e6; i++, bytes += 165) {
    rows.push({
      arch: 'amd64',
      maintainer: 'Debian Developers <debian-devel@lists.debian.org>',
      name: `package-${i}`,
      size: String(i * 17),
      status: 'install ok installed',
      version: `1.${i % 90}.${i}-1`,
    })
  }
  const answer = Buffer.concat([
    ...encodeReply('query', 0, { kind: 'response', status: { code: 0, message: 'OK', uuid: 0 }, rows }),
  ])
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', async () => {
      for (let at = 0; at < answer.length && !socket.destroyed; at += CHUNK) {
        if (!socket.write(answer.subarray(at, at + CHUNK))) await once(socket, 'drain').catch(() => {})
      }
    })
  })
  server.listen(path, () => process.send!({ bytes: answer.length, rows: rows.length }))
}

async function measure(megabytes: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'keelson-bench-'))
  const path = join(folder, 'q.em')
  const server = fork(import.meta.filename, ['serve', path, String(megabytes)])
  const [{ bytes, rows }] = (await once(server, 'message')) as [{ bytes: number; rows: number }]
  console.log(`${rows} rows, ${(bytes / 1e6).toFixed(1)} MB, chunks of ${CHUNK / 1024} KiB`)
  try {
    for (let run = 1; run <= 3; run++) await report(`ours, run ${run}`, rows, () => readWithClient(path))
    await report("thrift's TBufferedTransport", rows, () => readWithThrift(path))
  } finally {
    server.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

async function report(name: string, rows: number, read: () => Promise<number>): Promise<void> {
  let last = performance.now()
  let longest = 0
  const look = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }
  const probe = setInterval(look, 1)
  const started = performance.now()
  const found = await read()
  const took = performance.now() - started
  look()
  clearInterval(probe)
  if (found !== rows) throw new Error(`${name} read ${found} rows instead of ${rows}`)
  console.log(`${name}: ${took.toFixed(0)} ms, longest block ${longest.toFixed(0)} ms`)
}

async function readWithClient(path: string): Promise<number> {
  const client = await ExtensionClient.connect(path)
  const { rows } = await client.query('anything')
  client.close()
  return rows.length
}

/** What the thrift package does on each chunk: try to read the whole message, and start over at the next. */
function readWithThrift(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const client = new GeneratedClient(undefined as never, thrift.TBinaryProtocol) as unknown as {
      _reqs: Record<number, (error: unknown, result: { response: unknown[] }) => void>
      recv_query(input: unknown, type: number, seqid: number): void
    }
    const socket = connect(path, () => socket.write(encodeRequest('query', ['anything'], 0)))
    const receive = thrift.TBufferedTransport.receiver((transport) => {
      const input = new thrift.TBinaryProtocol(transport)
      try {
        const { mtype, rseqid } = input.readMessageBegin()
        client._reqs[rseqid] = (error, result) => (error ? reject(error) : resolve(result.response.length))
        client.recv_query(input, mtype, rseqid)
        transport.commitPosition()
        socket.destroy()
      } catch (error) {
        if (!(error instanceof thrift.InputBufferUnderrunError)) reject(error)
        transport.rollbackPosition()
      }
    })
    socket.on('data', receive)
    socket.on('error', reject)
  })
}
