import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { messageOf } from '../core/errors.ts'
import type { TextRow } from '../core/source.ts'
import { Engine } from '../sql/engine.ts'
import { osqueryCollations, osqueryFunctions } from '../sql/functions/index.ts'
import { describeResult } from '../sql/result-types.ts'
import { SqlError, SqlTimeout, TOO_LONG } from '../sql/sql-error.ts'
import { loadSqlite } from '../sql/sqlite.ts'
import { type TableContext, TableError, type VirtualTable } from '../sql/table.ts'
import type { EngineRequest, EngineResponse, EngineStart, GeneratedRows } from './engine-protocol.ts'
import { readGenerateContext, toGenerateContext } from './generate-context.ts'
import { Host } from './host.ts'
import { createHostTables } from './host-tables.ts'
import { renderRows, renderTableRow } from './render-rows.ts'

// The engine runs in a thread of its own: SQLite and the tables are synchronous, and whoever asks must be able to go
// on, to give up waiting, and to end the thread.
const { root, plain, signal, port: rowsPort } = workerData as EngineStart
const port = parentPort as MessagePort
const send = (response: EngineResponse) => port.postMessage(response)

const host = new Host(root)
const detached = new Set<string>()
const tables: VirtualTable[] = createHostTables(host, {
  tableNames: () => [...engine.tables.keys()].filter((name) => !detached.has(name)),
  plain,
})
const engine = new Engine(await loadSqlite(), { tables, functions: osqueryFunctions, collations: osqueryCollations })

function answer(request: EngineRequest): unknown {
  if (request.kind === 'query') {
    const { sql, timeout } = request
    return renderRows(engine.query(sql, timeout === undefined ? {} : { timeout }))
  }
  if (request.kind === 'columns') return describeResult(engine, request.sql)
  if (request.kind === 'tables') return [...engine.tables.values()].map(({ name, columns }) => ({ name, columns }))
  if (request.kind === 'scan') return scanTable(request.table, request.context, request.timeout)
  if (request.kind === 'detach') {
    detached.add(request.name)
    return null
  }
  const { name, columns } = request
  detached.delete(name)
  const generate = (context: TableContext) => fetchRows(name, toGenerateContext(columns, context))
  engine.attach({ name, columns, keepsRowid: true, generate })
  return null
}

/** The rows as the table makes them: columns that it leaves out are not there, and nothing filters them again. */
function scanTable(name: string, context: string, timeout = Number.POSITIVE_INFINITY): TextRow[] {
  const table = engine.tables.get(name)
  if (!table) throw new SqlError(`no such table: ${name}`)
  const deadline = performance.now() + timeout
  const rows: TextRow[] = []
  for (const row of table.generate(readGenerateContext(context))) {
    if (performance.now() > deadline) throw new SqlTimeout(TOO_LONG)
    rows.push(renderTableRow(table.columns, row))
  }
  return rows
}

/** Rows of a table in another process: asked for through the main thread, which can wait for a socket as we cannot. */
function fetchRows(table: string, context: string): Iterable<Record<string, string>> {
  // What osquery says of a table whose extension has gone.
  if (detached.has(table)) throw new TableError(`vtable constructor failed: ${table}`)
  const raised = new Int32Array(signal)
  Atomics.store(raised, 0, 0)
  send({ generate: { table, context } })
  Atomics.wait(raised, 0, 0)
  const answered = receiveMessageOnPort(rowsPort)?.message as GeneratedRows
  if ('error' in answered) throw new TableError(answered.error)
  return answered.rows
}

port.on('message', (request: EngineRequest) => {
  try {
    send({ id: request.id, result: answer(request) })
  } catch (error) {
    const failure =
      error instanceof SqlTimeout
        ? 'timeout'
        : error instanceof SqlError || error instanceof TableError
          ? 'sql'
          : 'protocol'
    const table = error instanceof SqlError ? error.table : undefined
    send({ id: request.id, failure, message: messageOf(error), table })
  }
})
send({ id: 0, result: null })
