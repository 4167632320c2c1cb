import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { osqueryCollations, osqueryFunctions } from '../../src/sql/functions/index.ts'
import { renderDouble } from '../../src/sql/functions/render-double.ts'
import type { SqlValue } from '../../src/sql/table.ts'
import { type FunctionsDatabase, openFunctionsDatabase } from './open-functions-database.ts'

interface Recording {
  readonly expr: string
  readonly value?: string
  /** null where the expression was recorded without its type. */
  readonly type?: string | null
  readonly error?: string
}

const recordings = JSON.parse(
  readFileSync(new URL('../vectors/functions.json', import.meta.url), 'utf8'),
) as readonly Recording[]

/** A value as osquery puts it on the wire, where a BLOB ends at its first NUL. */
function render(value: SqlValue | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return renderDouble(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString().replace(/\0.*$/s, '')
  return String(value)
}

function answer(database: FunctionsDatabase, expr: string): Omit<Recording, 'expr'> {
  try {
    const [value, type] = database.ask(`SELECT ${expr} AS v, typeof(${expr})`)
    return { value: render(value), type: render(type) }
  } catch (error) {
    return { error: (error as Error).message }
  }
}

describe('what osquery 5.23.0 answered', () => {
  let database: FunctionsDatabase
  beforeAll(async () => {
    database = await openFunctionsDatabase()
  })

  it.each(recordings)('agrees on $expr', ({ expr, ...recorded }) => {
    const seen = answer(database, expr)
    expect(recorded.type === null ? { value: seen.value, type: null } : seen).toEqual(recorded)
  })
})

describe('the list of functions and collations', () => {
  it('has each name once, in lower case, and no carve', () => {
    const names = [...osqueryFunctions, ...osqueryCollations].map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toEqual(names.map((name) => name.toLowerCase()))
    expect(names).not.toContain('carve')
  })
})
