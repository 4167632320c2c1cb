import { readFileSync } from 'node:fs'
import type { Platform } from '../core/check.ts'
import type { ColumnType, TableColumn } from './table.ts'

/** The osquery release whose tables we know, and the oldest one that the `since` facts reach back to. */
export interface OsquerySchema {
  readonly osquery: string
  readonly oldest: string
  readonly tables: Readonly<Record<string, SchemaTable>>
  /** Tables that were removed: the last release that had them. */
  readonly retired: Readonly<Record<string, { platforms: readonly Platform[]; until: string }>>
}

interface SchemaTable {
  readonly platforms: readonly Platform[]
  /** What it tells; of tables of ours. */
  readonly description?: string
  /** Whether it comes with our extension, and no osquery has it of itself. */
  readonly extension?: boolean
  /** The first release that has the table; absent where it is older than `oldest`. */
  readonly since?: string
  readonly aliases?: readonly string[]
  readonly evented?: boolean
  /** Without a uid it answers for the current user only. */
  readonly user_data?: boolean
  readonly cacheable?: boolean
  readonly columns: Readonly<Record<string, SchemaColumn>>
}

interface SchemaColumn {
  readonly type: 'text' | 'integer' | 'bigint' | 'unsigned_bigint' | 'double' | 'blob'
  readonly description?: string
  readonly since?: string
  readonly platforms?: readonly Platform[]
  readonly index?: boolean
  readonly required?: boolean
  readonly additional?: boolean
  readonly optimized?: boolean
  readonly hidden?: boolean
  readonly collate?: string
}

/** A table as one platform has it. */
export interface PlatformTable {
  readonly name: string
  readonly columns: readonly TableColumn[]
  readonly since: string | undefined
  readonly columnsSince: Readonly<Record<string, string>>
  /** Columns of other platforms: there, hidden, and always NULL. */
  readonly foreignColumns: ReadonlySet<string>
  readonly perUser: boolean
  /** It comes with our extension: no osquery has it of itself. */
  readonly extension: boolean
}

/** Reads the schema that ships with the package (from osquery's own table specifications, at the release it names). */
export function readOsquerySchema(): OsquerySchema {
  return readData('osquery-schema.json')
}

/** The same with the tables that our extension adds to osquery, and that the embedded engine has too. */
export function readSchema(): OsquerySchema {
  const osquery = readOsquerySchema()
  return { ...osquery, tables: { ...osquery.tables, ...readExtensionTables() } }
}

/** The tables of our extension, with what each of their columns means. */
export function readExtensionTables(): OsquerySchema['tables'] {
  const { tables } = readData<Pick<OsquerySchema, 'tables'>>('keelson-schema.json')
  return Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, { ...table, extension: true }]))
}

function readData<Value>(name: string): Value {
  return JSON.parse(readFileSync(new URL(`../../data/${name}`, import.meta.url), 'utf8'))
}

/** The platform's tables by name; an alias stands beside the name it belongs to. */
export function tablesOf(schema: OsquerySchema, platform: Platform): Map<string, PlatformTable> {
  const tables = new Map<string, PlatformTable>()
  for (const [name, table] of Object.entries(schema.tables)) {
    if (!table.platforms.includes(platform)) continue
    const columns = Object.entries(table.columns)
    const foreign = columns
      .filter(([, { platforms }]) => platforms?.includes(platform) === false)
      .map(([column]) => column)
    const entry = {
      name,
      columns: columns.map(([column, spec]) =>
        toTableColumn(column, foreign.includes(column) ? { ...spec, hidden: true } : spec),
      ),
      foreignColumns: new Set(foreign),
      since: table.since,
      columnsSince: Object.fromEntries(columns.flatMap(([column, { since }]) => (since ? [[column, since]] : []))),
      perUser: table.user_data ?? false,
      extension: table.extension ?? false,
    }
    for (const known of [name, ...(table.aliases ?? [])]) tables.set(known, { ...entry, name: known })
  }
  return tables
}

function toTableColumn(
  name: string,
  { type, since: _, platforms: __, description: ___, ...options }: SchemaColumn,
): TableColumn {
  return { name, type: type.toUpperCase().replace('_', ' ') as ColumnType, ...options }
}
