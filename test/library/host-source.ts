import { messageOf, SourceError } from '../../src/core/errors.ts'
import type { QueryOptions, Source, SourceInfo, TextRow } from '../../src/core/source.ts'
import { Host } from '../../src/host/host.ts'
import { createHostTables } from '../../src/host/host-tables.ts'
import { renderRows } from '../../src/host/render-rows.ts'
import { Engine } from '../../src/sql/engine.ts'
import { osqueryCollations, osqueryFunctions } from '../../src/sql/functions/index.ts'
import { SqlError } from '../../src/sql/sql-error.ts'
import { loadSqlite } from '../../src/sql/sqlite.ts'

const sqlite = await loadSqlite()

/** The embedded engine over another root, in this thread: starting one for each flip would take longer than the flip. */
export class HostSource implements Source {
  readonly info: SourceInfo = { kind: 'embedded', version: '5.23.0', preview: true, reportsUnreadable: true }
  readonly #engine: Engine

  constructor(root: string, plain: boolean) {
    const tables = createHostTables(new Host(root), { tableNames: () => [...this.#engine.tables.keys()], plain })
    this.#engine = new Engine(sqlite, { tables, functions: osqueryFunctions, collations: osqueryCollations })
  }

  async query(sql: string, { timeout }: QueryOptions = {}): Promise<TextRow[]> {
    try {
      return renderRows(this.#engine.query(sql, timeout === undefined ? {} : { timeout }))
    } catch (error) {
      const table = error instanceof SqlError ? error.table : undefined
      throw new SourceError('sql', messageOf(error), table === undefined ? {} : { table })
    }
  }

  async close(): Promise<void> {}
}
