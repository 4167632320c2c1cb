import { messageOf, SourceError } from '../core/errors.ts'
import type { TextRow } from '../core/source.ts'
import type { Request } from './decode-request.ts'
import type { Reply } from './encode-reply.ts'
import type { ManagerBackend } from './manager-backend.ts'
import type { RegisteredExtensions } from './registered-extensions.ts'

const OK = { code: 0, message: 'OK', uuid: 0 } as const

/** Answers one request as osquery's manager does. Never rejects: what fails is part of the answer. */
export async function answerRequest(
  request: Request,
  backend: ManagerBackend,
  extensions: RegisteredExtensions,
): Promise<Reply> {
  try {
    return await answer(request, backend, extensions)
  } catch (error) {
    if (error instanceof SourceError) return failed(error.message)
    return { kind: 'refusal', type: 0, message: messageOf(error) }
  }
}

async function answer(request: Request, backend: ManagerBackend, extensions: RegisteredExtensions): Promise<Reply> {
  switch (request.method) {
    case 'ping':
      return { kind: 'status', status: { ...OK, message: 'pong' } }
    case 'shutdown':
      return { kind: 'nothing' }
    case 'extensions':
      return { kind: 'extensions', extensions: extensions.list() }
    case 'options':
      return { kind: 'options', options: listOptions(backend) }
    case 'registerExtension':
      return { kind: 'status', status: extensions.register(request.info, request.plugins) }
    case 'deregisterExtension':
      return { kind: 'status', status: extensions.deregister(request.uuid) }
    case 'query':
      return rowsOf(request.sql === '' ? [] : await backend.query(request.sql))
    case 'getQueryColumns':
      if (request.sql === '') return failed('not an error')
      return rowsOf((await backend.columns(request.sql)).map(({ name, type }) => row([name, type])))
    case 'call':
      return await callPlugin(request, backend, extensions)
    case 'unknown':
      return { kind: 'refusal', type: 1, message: `Invalid method name: '${request.name}'` }
  }
}

async function callPlugin(
  { registry, item, request }: { registry: string; item: string; request: TextRow },
  backend: ManagerBackend,
  extensions: RegisteredExtensions,
): Promise<Reply> {
  if (!extensions.hasRegistry(registry)) return failed(`Unknown registry requested: ${registry}`)
  if (registry === 'table' && backend.hasCoreTable(item)) return await callTable(item, request, backend)
  const response = await extensions.call(registry, item, request)
  if (!response) return failed(`Cannot call registry item: ${item}`)
  return response.status.code === 0
    ? { kind: 'response', status: { ...response.status, uuid: 0 }, rows: response.rows }
    : { kind: 'response', status: { ...response.status, uuid: 0 }, rows: [] }
}

async function callTable(name: string, request: TextRow, backend: ManagerBackend): Promise<Reply> {
  if (request.action === undefined) return failed('Table plugins must include a request action')
  if (request.action === 'generate') return rowsOf(await backend.generateTable(name, request.context ?? ''))
  if (request.action !== 'columns') return failed(`Unknown table plugin action: ${request.action}`)
  const columns = backend.tableColumns(name) ?? []
  return rowsOf([
    ...columns.map((column) => ({ id: 'column', name: column.name, op: String(column.op), type: column.type })),
    { attributes: '0', id: 'attributes' },
  ])
}

function listOptions(backend: ManagerBackend): Map<string, { value: string; default_value: string; type: string }> {
  return new Map(
    Object.entries(backend.options()).map(([name, { value, defaultValue, type }]) => [
      name,
      { value, default_value: defaultValue, type },
    ]),
  )
}

function rowsOf(rows: readonly TextRow[]): Reply {
  return { kind: 'response', status: OK, rows }
}

/** Only the methods that answer with rows can fail here, so this is always such an answer. */
function failed(message: string): Reply {
  return { kind: 'response', status: { code: 1, message, uuid: 0 }, rows: [] }
}

/** A row of one entry, whatever its name. */
function row(entry: readonly [string, string]): TextRow {
  return Object.fromEntries([entry])
}
