import type { CompiledCheck, Leaf } from '../core/compiled.ts'
import { settle } from '../core/settle.ts'
import type { Finding } from './finding.ts'
import type { SchemaEngine } from './schema-engine.ts'

/** The least that every host has. */
export interface Reach {
  /** The oldest osquery. */
  readonly osqueryVersion: string
  /** Whether our extension is loaded into it. */
  readonly extension: boolean
}

/**
 * Tables and columns that not every host has: newer than its osquery, of the extension, or of another platform. What is
 * newer does no harm in a clause of `first` that such a host is not asked.
 */
export function lintReach(compiled: CompiledCheck, engine: SchemaEngine, reach: Reach): Finding[] {
  const asked = settle(compiled, tablesEverywhere(engine, reach)).leaves
  return [
    ...asked.flatMap((leaf) => findTooNew(leaf, engine, reach.osqueryVersion)),
    ...(reach.extension ? [] : asked.flatMap((leaf) => findOfExtension(leaf, engine))),
    ...compiled.leaves.flatMap((leaf) => findForeignColumns(leaf, engine)),
  ]
}

/** The tables that every host of a platform has. */
export function tablesEverywhere({ tables }: SchemaEngine, { osqueryVersion, extension }: Reach): Set<string> {
  const known = [...tables.values()].filter(
    (table) => (extension || !table.extension) && (table.since === undefined || !isOlder(osqueryVersion, table.since)),
  )
  return new Set(known.map(({ name }) => name))
}

function findOfExtension({ tables }: Leaf, engine: SchemaEngine): Finding[] {
  return tables
    .filter(({ table }) => engine.tables.get(table)?.extension)
    .map(({ table }) => ({
      level: 'warning',
      code: 'needs-extension',
      message: `table ${table} comes with the Keelson extension: osquery without it cannot judge the check`,
      hint: 'if all your agents load it, say extension: true in keelson.yaml; docs/extension.md tells how they do',
    }))
}

function findTooNew(leaf: Leaf, engine: SchemaEngine, osqueryVersion: string): Finding[] {
  return leaf.tables.flatMap(({ table, columns }) => {
    const known = engine.tables.get(table)
    if (!known) return []
    const things: [string, string | undefined][] = [
      [`table ${table}`, known.since],
      ...columns.map((column): [string, string | undefined] => [
        `column ${table}.${column}`,
        known.columnsSince[column],
      ]),
    ]
    return things.flatMap(([thing, since]): Finding[] =>
      since !== undefined && isOlder(osqueryVersion, since)
        ? [
            {
              level: 'warning',
              code: 'newer-osquery',
              message: `${thing} came with osquery ${since}, after ${osqueryVersion}`,
              hint: 'older agents answer with an error; raise osquery_version in keelson.yaml if you have none',
            },
          ]
        : [],
    )
  })
}

function findForeignColumns({ tables }: Leaf, engine: SchemaEngine): Finding[] {
  return tables.flatMap(({ table, columns }) =>
    columns
      .filter((column) => engine.tables.get(table)?.foreignColumns.has(column))
      .map(
        (column): Finding => ({
          level: 'error',
          code: 'foreign-column',
          message: `${table}.${column} belongs to another platform: on ${engine.platform} it is always NULL`,
        }),
      ),
  )
}

/** Whether one release of osquery came before another. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]]
  for (let part = 0; part < 3; part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
