import { createHash } from 'node:crypto'
import { messageOf } from '../core/errors.ts'
import type { TextRow } from '../core/source.ts'
import type { Request } from './decode-request.ts'
import type { Reply } from './encode-reply.ts'
import type { BackendTableColumn } from './manager-backend.ts'
import type { ExtensionRegistry } from './protocol.ts'

/** A table that an extension serves into osquery. */
export interface ExtensionTable {
  readonly name: string
  readonly columns: readonly BackendTableColumn[]
  /** The rows for a constraint context in osquery's JSON; a column that is NULL is left out. What rejects fails the query. */
  generate(context: string): Promise<readonly TextRow[]>
}

/** osquery keeps an answer in memory several times over, and its Thrift may refuse more than 100 MB. */
const MOST_BYTES = 64 << 20

/** What an extension announces of its tables. */
export function toRegistry(tables: readonly ExtensionTable[]): ExtensionRegistry {
  return { table: Object.fromEntries(tables.map((table) => [table.name, describeColumns(table)])) }
}

/** Answers one call of the manager as osquery's own extensions do. Never rejects: what fails is part of the answer. */
export async function answerManager(
  request: Request,
  uuid: number,
  tables: ReadonlyMap<string, ExtensionTable>,
): Promise<Reply> {
  switch (request.method) {
    case 'ping':
      return { kind: 'status', status: { code: 0, message: 'OK', uuid } }
    case 'shutdown':
      return { kind: 'nothing' }
    case 'call': {
      const respond = (rows: readonly TextRow[]): Reply => ({
        kind: 'response',
        status: { code: 0, message: 'OK', uuid },
        rows,
      })
      const fail = (message: string): Reply => ({ kind: 'response', status: { code: 1, message, uuid }, rows: [] })
      const table = request.registry === 'table' ? tables.get(request.item) : undefined
      if (!table) return fail(`Cannot call registry item: ${request.item}`)
      const { action, context = '' } = request.request
      if (action === 'columns') return respond(describeColumns(table))
      if (action === 'insert' || action === 'update' || action === 'delete') return respond([{ status: 'readonly' }])
      if (action !== 'generate') return fail(`Unknown table plugin action: ${action ?? ''}`)
      try {
        const rows = await table.generate(context)
        if (isWithin(rows, MOST_BYTES)) return respond(rows.map(addRowid))
        return fail(`${table.name} would answer more than ${MOST_BYTES >> 20} MiB: ask for less`)
      } catch (error) {
        return fail(messageOf(error))
      }
    }
    default:
      return { kind: 'refusal', type: 1, message: `Invalid method name: '${request.name}'` }
  }
}

function describeColumns({ columns }: ExtensionTable): TextRow[] {
  return columns.map(({ name, type, op }) => ({ id: 'column', name, type, op: String(op) }))
}

function isWithin(rows: readonly TextRow[], most: number): boolean {
  let bytes = 0
  for (const row of rows) {
    for (const value of Object.values(row)) bytes += value.length
    if (bytes > most) return false
  }
  return true
}

/**
 * osquery numbers the rows of each scan from 0, and an OR is two scans whose rows of equal number it takes for the same.
 * A rowid made from the content is equal for equal rows only.
 */
function addRowid(row: TextRow): TextRow {
  const hash = createHash('sha1')
    .update(JSON.stringify(Object.entries(row).sort()))
    .digest()
  return { ...row, rowid: String(hash.readBigUInt64BE() >> 1n) }
}
