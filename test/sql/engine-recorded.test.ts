import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { renderRows } from '../../src/host/render-rows.ts'
import { describeResult } from '../../src/sql/result-types.ts'
import { readRequest, readResponse, recorded } from '../osquery/recordings.ts'
import { engines, openEngine, openRowsEngine } from './build-check.ts'

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

describe('the engine agrees with osquery 5.23.0', () => {
  const engine = openEngine()

  function answer(expr: string): Omit<Recording, 'expr'> {
    try {
      const [row] = renderRows(engine.query(`SELECT ${expr} AS v, typeof(${expr}) AS t`))
      return { value: row?.v ?? '', type: row?.t ?? '' }
    } catch (error) {
      return { error: (error as Error).message }
    }
  }

  it.each(recordings)('on $expr', ({ expr, ...recording }) => {
    const seen = answer(expr)
    expect(recording.type === null ? { ...seen, type: null } : seen).toEqual(recording)
  })
})

describe('what was said on the socket of a real osquery', () => {
  const engine = openRowsEngine({ os_version: [{ name: 'Debian GNU/Linux', version: '12' }] })

  it.each([
    'one row; columns come back',
    'no rows',
    'two statements, rows concatenated',
    'UTF-8',
    'duplicate column name',
    'JSON keeps types and NULL',
    '300 rows',
  ])('has the same rows here: %s', async (note) => {
    const exchange = recorded(note)
    const { rows } = await readResponse(exchange)
    expect(renderRows(engine.query(sqlOf(exchange))).map((row) => ({ ...row }))).toEqual(
      rows.map((row) => ({ ...row })),
    )
  })

  it.each(['unknown table', 'required column missing', 'syntax', 'denied by the authorizer'])(
    'has the same error here: %s',
    async (note) => {
      const exchange = recorded(note)
      const { status } = await readResponse(exchange)
      expect(() => engine.query(sqlOf(exchange))).toThrow(
        expect.objectContaining({ name: 'SqlError', message: status.message }),
      )
    },
  )

  it('has the same types of columns', async () => {
    const exchange = recorded('columns of a query')
    const { rows } = await readResponse(exchange)
    const described = describeResult(engine, sqlOf(exchange))
    expect(described.map(({ name, type }) => ({ [name]: type }))).toEqual(rows.map((row) => ({ ...row })))
  })

  it('has the same error for the columns of a bad query', async () => {
    const exchange = recorded('columns of a bad query')
    const { status } = await readResponse(exchange)
    expect(() => describeResult(engine, sqlOf(exchange))).toThrow(status.message)
  })

  function sqlOf({ request }: ReturnType<typeof recorded>): string {
    const read = readRequest(request)
    return 'sql' in read ? read.sql : ''
  }
})

describe('the types of a result', () => {
  const engine = openRowsEngine({})
  const types = (sql: string) => describeResult(engine, sql).map(({ type }) => type)

  it('are those of the columns, and for the rest what SQLite computes', () => {
    expect(types("SELECT uid, username, 1, 1 + 1, 'a' || 'b', 1.5, x'00', NULL, 9007199254740993 FROM users")).toEqual([
      'BIGINT',
      'TEXT',
      'INTEGER',
      'BIGINT',
      'TEXT',
      'UNKNOWN',
      'UNKNOWN',
      'UNKNOWN',
      'BIGINT',
    ])
  })

  it('name the columns in the order of the statement', () => {
    expect(describeResult(engine, 'SELECT username AS z, uid AS a FROM users').map(({ name }) => name)).toEqual([
      'z',
      'a',
    ])
  })

  it('are of one statement only', () => {
    expect(() => types('SELECT 1; SELECT 2')).toThrow('more than one statement')
    expect(() => types('')).toThrow('no statement')
  })
})

describe("osquery's schema", () => {
  it.each([
    ['darwin', 'alf', 'registry'],
    ['linux', 'deb_packages', 'alf'],
    ['windows', 'registry', 'mounts'],
  ] as const)('of %s has %s and not %s', (platform, own, foreign) => {
    expect(engines[platform].tables.has(own)).toBe(true)
    expect(engines[platform].tables.has(foreign)).toBe(false)
    expect(() => engines[platform].prepare(`SELECT * FROM ${foreign}`)).toThrow(`no such table: ${foreign}`)
  })

  it.each(['darwin', 'linux', 'windows'] as const)('can be prepared in full on %s', (platform) => {
    for (const { name, columns } of engines[platform].tables.values()) {
      const named = columns.map((column) => `"${column.name}"`).join(', ')
      engines[platform].requireNames(`SELECT ${named} FROM ${name}`)
      expect(engines[platform].prepare(`SELECT ${named} FROM ${name}`).reads.has(name)).toBe(true)
    }
  })
})
