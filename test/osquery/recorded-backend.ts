import { SourceError } from '../../src/core/errors.ts'
import type { TextRow } from '../../src/core/source.ts'
import type { BackendTableColumn, ManagerBackend } from '../../src/osquery/manager-backend.ts'
import type { ExtensionResponseValue } from '../../src/osquery/protocol.ts'
import { exchanges, readRequest, readResponse } from './recordings.ts'

export interface RecordedBackend extends ManagerBackend {
  /** The tables that extensions have attached. */
  readonly attached: Map<
    string,
    { columns: readonly BackendTableColumn[]; generate: (contextJson: string) => Promise<TextRow[]> }
  >
}

/** A backend that answers what the recordings hold, and further statements as told. */
export async function openRecordedBackend(
  further: Record<string, () => Promise<TextRow[]>> = {},
): Promise<RecordedBackend> {
  const answers = new Map<string, ExtensionResponseValue>()
  for (const exchange of exchanges) {
    const request = readRequest(exchange.request)
    if (request.method === 'query' || request.method === 'getQueryColumns') {
      answers.set(`${request.method} ${request.sql}`, await readResponse(exchange))
    } else if (request.method === 'call') {
      answers.set(`${request.request.action} ${request.item}`, await readResponse(exchange))
    }
  }
  const attached: RecordedBackend['attached'] = new Map()
  return {
    attached,
    async query(sql) {
      const answer = further[sql]
      return answer ? await answer() : rowsOf(answers, `query ${sql}`)
    },
    async columns(sql) {
      return rowsOf(answers, `getQueryColumns ${sql}`).flatMap((row) =>
        Object.entries(row).map(([name, type]) => ({ name, type })),
      )
    },
    tableColumns(name) {
      return answers
        .get(`columns ${name}`)
        ?.rows.filter((row) => row.id === 'column')
        .map((row) => ({ name: row.name!, type: row.type!, op: Number(row.op) }))
    },
    generateTable: async (name) => rowsOf(answers, `generate ${name}`),
    options: () => ({
      verbose: { value: 'false', defaultValue: 'false', type: 'bool' },
      nullvalue: { value: '', defaultValue: '', type: 'string' },
    }),
    attach(name, columns, generate) {
      if (columns.length === 0) throw new Error('SQLITE_ERROR')
      attached.set(name, { columns, generate })
    },
    detach: (name) => void attached.delete(name),
    hasCoreTable: (name) => ['os_version', 'etc_protocols', 'users'].includes(name),
  }
}

function rowsOf(answers: ReadonlyMap<string, ExtensionResponseValue>, key: string): TextRow[] {
  const answer = answers.get(key)
  if (!answer) throw new Error(`nothing recorded for ${key}`)
  if (answer.status.code !== 0) throw new SourceError('sql', answer.status.message)
  return answer.rows
}
