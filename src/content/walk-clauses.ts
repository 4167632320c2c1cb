import { PLATFORMS, type Platform } from '../core/check.ts'
import type { Plain } from './build-clause.ts'
import { isMapping } from './words.ts'
import type { Path } from './yaml-document.ts'

/** A clause as it was written. Nothing about it is certain but that it is a mapping. */
export interface WrittenClause {
  readonly clause: Plain
  readonly path: Path
  readonly platform: Platform
}

/** Every clause of a definition, outer before inner, whether or not the definition is sound. */
export function listClauses(written: Plain): WrittenClause[] {
  const found: WrittenClause[] = []
  if (!isMapping(written.platforms)) return found
  for (const platform of PLATFORMS) collect(written.platforms[platform], ['platforms', platform], platform, found)
  return found
}

function collect(clause: unknown, path: Path, platform: Platform, found: WrittenClause[]): void {
  if (!isMapping(clause)) return
  found.push({ clause, path, platform })
  for (const key of ['all', 'any', 'first'] as const) {
    const list = clause[key]
    if (!Array.isArray(list)) continue
    for (const [index, inner] of list.entries()) collect(inner, [...path, key, index], platform, found)
  }
  collect(clause.not, [...path, 'not'], platform, found)
}

export interface WrittenSql {
  readonly sql: string
  readonly path: Path
}

/** The SQL texts of one clause, without those of inner clauses. */
export function listSql({ clause, path }: WrittenClause): WrittenSql[] {
  const found: WrittenSql[] = []
  const add = (sql: unknown, ...steps: (string | number)[]) => {
    if (typeof sql === 'string') found.push({ sql, path: [...path, ...steps] })
    else if (isMapping(sql) && typeof sql.sql === 'string')
      found.push({ sql: sql.sql, path: [...path, ...steps, 'sql'] })
  }
  if (typeof clause.sql === 'string') add(clause.sql, 'sql')
  add(clause.when, 'when')
  if (Array.isArray(clause.needs)) for (const [index, need] of clause.needs.entries()) add(need, 'needs', index)
  else add(clause.needs, 'needs')
  return found
}
