import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { messageOf, SourceError } from '../core/errors.ts'
import type { QueryOptions, Source, SourceInfo, TextRow } from '../core/source.ts'
import type { TableColumn } from '../sql/table.ts'
import { EMULATED_OSQUERY_VERSION } from './emulated-version.ts'
import type { EngineRequest, EngineResponse, EngineStart, GeneratedRows } from './engine-protocol.ts'

/** Rows of a table that another process provides, for a constraint context in osquery's JSON. */
export type RemoteTable = (context: string) => Promise<readonly TextRow[]>

interface Waiting {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout | undefined
}

// The engine notices a deadline between steps of SQLite; a table that hangs in a system call does not come back.
const GRACE = 1000

const THREAD = new URL(import.meta.url.endsWith('.ts') ? './engine-worker.ts' : './engine-worker.js', import.meta.url)

/** osquery's tables and dialect without osquery (Linux): SQLite in a thread, reading this machine. A preview. */
export class EmbeddedEngine implements Source {
  readonly info: SourceInfo = {
    kind: 'embedded',
    version: EMULATED_OSQUERY_VERSION,
    preview: true,
    reportsUnreadable: true,
  }
  readonly #root: string
  readonly #thread: URL
  readonly #plain: boolean
  readonly #remote = new Map<string, { columns: readonly TableColumn[]; generate: RemoteTable }>()
  readonly #waiting = new Map<number, Waiting>()
  #worker: Promise<Worker> | undefined
  /** The thread in use; what an ended one still says is not heard. */
  #current: Worker | undefined
  #lastId = 0
  #closed = false

  /** `thread` is the program of its thread, which tests replace; `plain` leaves out what our extension adds to osquery. */
  constructor(root = '/', thread: URL = THREAD, { plain = false }: { readonly plain?: boolean } = {}) {
    this.#root = root
    this.#thread = thread
    this.#plain = plain
  }

  /** Starts the thread, if it does not run yet; queries do so themselves. */
  async start(): Promise<void> {
    await this.#start()
  }

  query(sql: string, { timeout }: QueryOptions = {}): Promise<TextRow[]> {
    return this.#ask({ kind: 'query', sql, timeout }, timeout)
  }

  /** The columns of a statement's result with osquery's names for their types. */
  columns(sql: string, { timeout }: QueryOptions = {}): Promise<{ name: string; type: string }[]> {
    return this.#ask({ kind: 'columns', sql }, timeout)
  }

  tables(): Promise<{ name: string; columns: TableColumn[] }[]> {
    return this.#ask({ kind: 'tables' })
  }

  /** The rows of one scan of a table for a constraint context in osquery's JSON; anything else means no constraints. */
  scan(table: string, context: string, { timeout }: QueryOptions = {}): Promise<TextRow[]> {
    return this.#ask({ kind: 'scan', table, context, timeout }, timeout)
  }

  /** Makes a table of another process readable here. */
  async attach(name: string, columns: readonly TableColumn[], generate: RemoteTable): Promise<void> {
    this.#remote.set(name, { columns, generate })
    await this.#ask({ kind: 'attach', name, columns })
  }

  async detach(name: string): Promise<void> {
    this.#remote.delete(name)
    await this.#ask({ kind: 'detach', name })
  }

  async close(): Promise<void> {
    this.#closed = true
    await (await this.#worker?.catch(() => undefined))?.terminate()
  }

  async #ask<T>(request: DistributiveOmit<EngineRequest, 'id'>, timeout?: number): Promise<T> {
    const worker = await this.#start()
    const id = ++this.#lastId
    return new Promise<T>((resolve, reject) => {
      const giveUp = () => {
        this.#end(new SourceError('gone', 'the embedded engine was ended because a query took too long'), id)
        reject(new SourceError('timeout', `no answer within ${timeout} ms`))
      }
      const timer = timeout === undefined ? undefined : setTimeout(giveUp, timeout + GRACE)
      this.#waiting.set(id, { resolve, reject, timer })
      worker.postMessage({ ...request, id })
    })
  }

  #start(): Promise<Worker> {
    if (this.#closed) return Promise.reject(new SourceError('gone', 'the embedded engine is closed'))
    this.#worker ??= this.#spawn().catch((cause) => {
      // The next query tries again.
      this.#worker = undefined
      this.#current = undefined
      throw new SourceError('gone', `the embedded engine could not be started: ${messageOf(cause)}`, { cause })
    })
    return this.#worker
  }

  async #spawn(): Promise<Worker> {
    const { port1: port, port2 } = new MessageChannel()
    const signal = new SharedArrayBuffer(4)
    const start: EngineStart = { root: this.#root, plain: this.#plain, signal, port: port2 }
    const worker = new Worker(this.#thread, { workerData: start, transferList: [port2], execArgv: [] })
    this.#current = worker
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => resolve())
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`its thread ended with code ${code}`)))
    })
    const heard = (act: () => void) => this.#current === worker && act()
    worker.on('message', (response: EngineResponse) => {
      if ('generate' in response) void this.#generate(response.generate, port, signal)
      else heard(() => this.#receive(response))
    })
    const died = (why: string) => heard(() => this.#end(new SourceError('gone', `the embedded engine ${why}`)))
    worker.on('error', (error) => died(`died: ${error.message}`))
    worker.on('exit', () => died('ended'))
    for (const [name, { columns }] of this.#remote) worker.postMessage({ id: -1, kind: 'attach', name, columns })
    return worker
  }

  #receive(response: Exclude<EngineResponse, { generate: unknown }>): void {
    const waiting = this.#waiting.get(response.id)
    this.#waiting.delete(response.id)
    clearTimeout(waiting?.timer)
    if ('result' in response) waiting?.resolve(response.result as never)
    else waiting?.reject(new SourceError(response.failure, response.message, { table: response.table }))
  }

  async #generate(
    { table, context }: { table: string; context: string },
    port: MessagePort,
    signal: SharedArrayBuffer,
  ): Promise<void> {
    port.postMessage(await this.#rowsOf(table, context))
    const raised = new Int32Array(signal)
    Atomics.store(raised, 0, 1)
    Atomics.notify(raised, 0)
  }

  async #rowsOf(table: string, context: string): Promise<GeneratedRows> {
    try {
      const remote = this.#remote.get(table)
      return remote ? { rows: await remote.generate(context) } : { error: `vtable constructor failed: ${table}` }
    } catch (error) {
      return { error: messageOf(error) }
    }
  }

  /** Ends the thread; the next query starts another one. */
  #end(error: Error, except?: number): void {
    const worker = this.#worker
    this.#worker = undefined
    this.#current = undefined
    for (const [id, { reject, timer }] of this.#waiting) {
      clearTimeout(timer)
      if (id !== except) reject(error)
    }
    this.#waiting.clear()
    void worker?.then((running) => running.terminate()).catch(() => {})
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
