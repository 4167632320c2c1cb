import { forJson } from './escape.ts'
import type { ExportedStatement } from './exported-statement.ts'

/** A pack of osquery: snapshot queries whose row tells the `verdict`, and in `leaves` what each clause found. */
export function formatOsqueryPack(statements: readonly ExportedStatement[], minimumVersion: string): string {
  const queries = statements.map(({ check, platform, isOneOfSeveral, interval, title, why, sql }) => {
    const name = isOneOfSeveral ? `${check}-${platform}` : check
    const query = { query: `${sql};`, interval, platform, version: minimumVersion, snapshot: true, description: title }
    return [name, why === undefined ? query : { ...query, value: why }] as const
  })
  return `${forJson({ queries: Object.fromEntries(queries) }, 2)}\n`
}
