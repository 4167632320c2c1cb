import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { Event } from '../../src/core/event.ts'
import { unpackPayload } from '../../src/state/payload.ts'
import { createRandom } from '../create-random.ts'

export interface DeliveryRoundsOptions {
  /** Where the database is made. */
  readonly folder: string
  readonly times: number
  readonly seed: number
  readonly onRound?: (round: number) => void
}

export interface DeliveryTally {
  readonly kills: number
  readonly entries: number
  readonly requests: number
  /** Requests that were refused, or answered by closing the connection. */
  readonly failed: number
  /** Events that came more than once. */
  readonly repeated: number
}

const WORKER = join(import.meta.dirname, 'delivery-worker.ts')
/** Milliseconds of work before a kill, at most. */
const WORK = 400

/**
 * Kills a process that delivers events, again and again at random moments and under load, while the receiver fails half
 * of its requests. Rejects when then an event is missing, came before an earlier one of its asset, or came twice under
 * different UUIDs.
 */
export async function deliveryRounds({ folder, times, seed, onRound }: DeliveryRoundsOptions): Promise<DeliveryTally> {
  const random = createRandom(seed)
  const receiver = await startFickleReceiver(random)
  const path = join(folder, 'state.db')
  try {
    for (let round = 0; round < times; round++) {
      await runWorker([path, receiver.url, String(seed * 100_000 + round), 'load'], random() * WORK)
      onRound?.(round)
    }
    receiver.beWell()
    await runWorker([path, receiver.url, '0', 'drain'])
    const entries = inspectDeliveries(path, receiver.taken)
    const { requests, failed, taken } = receiver
    const repeated = taken.length - new Set(taken.map(({ uuid }) => uuid)).size
    return { kills: times, entries, requests: requests(), failed: failed(), repeated }
  } finally {
    receiver.close()
  }
}

async function startFickleReceiver(random: () => number) {
  const taken: Event[] = []
  let [requests, failed, isWell] = [0, 0, false]
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('error', () => {})
    request.on('end', () => {
      requests++
      const luck = isWell ? 1 : random()
      if (luck < 0.5) failed++
      if (luck < 0.1) request.socket.destroy()
      else if (luck < 0.3) response.writeHead(500).end('not now')
      else if (luck < 0.4) response.writeHead(409).end('not this one')
      else {
        taken.push(JSON.parse(body) as Event)
        // What was taken, and is not known to be, comes again.
        if (luck < 0.5) request.socket.destroy()
        else response.end()
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    taken,
    requests: () => requests,
    failed: () => failed,
    beWell: () => {
      isWell = true
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Runs until it ends, or is killed so many milliseconds after it was ready. */
async function runWorker(args: readonly string[], milliseconds?: number): Promise<void> {
  const child = spawn(process.execPath, [WORKER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  if (milliseconds !== undefined) {
    await Promise.race([once(child.stdout, 'data'), ended])
    await sleep(milliseconds)
    child.kill('SIGKILL')
  }
  const [code, signal] = await ended
  if (milliseconds === undefined ? code !== 0 : signal !== 'SIGKILL') throw new Error(`the worker ended: ${said}`)
}

/** Answers how many entries there are. */
function inspectDeliveries(path: string, taken: readonly Event[]): number {
  const db = new Database(path, { readonly: true })
  try {
    const rows = db
      .prepare<[], { sequence: number; body: string | Buffer; reason: string | null }>(
        `SELECT p.sequence, p.body, u.reason FROM payload p LEFT JOIN sink_suppressed u ON u.sequence = p.sequence ORDER BY p.sequence`,
      )
      .all()
    const uuids = new Map<number, string>()
    const last = new Map<string, number>()
    const problems: string[] = []
    for (const { uuid, asset, meta } of taken) {
      const sequence = Number(meta?.sequence)
      const before = uuids.get(sequence)
      if (before !== undefined && before !== uuid) problems.push(`entry ${sequence} came as ${before} and as ${uuid}`)
      if (before !== undefined) continue
      uuids.set(sequence, uuid)
      const key = asset?.uuid ?? ''
      const previous = last.get(key) ?? 0
      if (sequence < previous) problems.push(`entry ${sequence} came after ${previous}, of the same asset`)
      last.set(key, sequence)
    }
    for (const { sequence, body, reason } of rows) {
      const { uuid } = JSON.parse(unpackPayload(body)) as Event
      if (reason === null && uuids.get(sequence) !== uuid) problems.push(`entry ${sequence} (${uuid}) is missing`)
    }
    if (problems.length > 0) throw new Error(problems.slice(0, 10).join('; '))
    return rows.length
  } finally {
    db.close()
  }
}
