import fc from 'fast-check'
import { VERDICTS } from '../../src/core/verdict.ts'
import { toLiteral } from '../../src/sql/literal.ts'
import type { Written } from './build-check.ts'

/** The rows that the clauses below read; other tables are empty. */
export const GIVEN = {
  users: [
    { uid: 0, username: 'root', shell: '/bin/bash' },
    { uid: 1000, username: 'Jo', shell: '' },
    { uid: 1001, username: 'al', shell: null },
  ],
  etc_hosts: [],
  deb_packages: [
    { name: 'openssl', version: '1.1.10-2' },
    { name: 'bash', version: '5.2' },
  ],
}

const cell = fc.oneof(
  fc.constantFrom(0, 1, 2, -1, 0.5, null, '', '0', '1', 'true', 'false', ' 1 ', '1e3', '01', 'abc'),
  fc.string({ maxLength: 5 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const word = fc.constantFrom(...VERDICTS, 'PASS', 'nonsense', '')
const gate = fc.constantFrom('SELECT 1', 'SELECT 1 WHERE 0', 'SELECT 1 FROM users', 'SELECT 1 FROM etc_hosts')

const written = fc.record(
  {
    when: fc.record({ sql: gate }),
    needs: fc.array(fc.record({ sql: gate, reason: fc.string() }), { maxLength: 2 }),
    ifEmpty: fc.constantFrom(...VERDICTS),
    title: fc.string({ unit: 'binary', maxLength: 20 }),
  },
  { requiredKeys: [] },
)

function values(column: string, cells: readonly (string | number | null)[]): string {
  const rows = cells.map((value) => `(${toLiteral(value)})`).join(', ')
  return cells.length === 0 ? `SELECT 1 AS ${column} WHERE 0` : `SELECT column1 AS ${column} FROM (VALUES ${rows})`
}

const sqlLeaf = fc.oneof(
  fc.array(cell, { maxLength: 4 }).map((cells): Written => ({ sql: values('passed', cells) })),
  fc.array(word, { maxLength: 4 }).map((cells): Written => ({ sql: values('verdict', cells) })),
  fc
    .constantFrom(
      "SELECT username <> 'root' AS passed, uid FROM users",
      'SELECT uid = 0 AS passed FROM users WHERE uid = 0',
      "SELECT count(*) = 0 AS passed FROM deb_packages WHERE version < '1.1.9'",
      "SELECT name = 'BASH' AS passed, version FROM deb_packages ORDER BY version",
      'SELECT 1 AS passed FROM etc_hosts',
    )
    .map((sql): Written => ({ sql })),
)
const tableLeaf = fc
  .record({
    match: fc.constantFrom('all', 'any', 'none'),
    expect: fc.constantFrom<Written['expect'] & object>(
      {},
      { shell: { ne: '' } },
      { uid: { ge: 1000 } },
      { shell: { empty: true } },
    ),
    where: fc.constantFrom<Written['where'] & object>({}, { username: { like: 'r%' } }, { uid: { in: [0, 1001] } }),
  })
  .map((clause): Written => ({ table: 'users', ...clause }))

export const { clause } = fc.letrec<{ clause: Written }>((tie) => ({
  clause: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.tuple(fc.oneof(sqlLeaf, tableLeaf), written).map(([leaf, more]) => ({ ...more, ...leaf })),
    fc.record({ all: fc.array(tie('clause'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('clause'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ first: fc.array(tie('clause'), { minLength: 2, maxLength: 3 }) }),
    fc.record({ not: tie('clause') }),
    fc
      .tuple(fc.record({ all: fc.array(tie('clause'), { minLength: 1, maxLength: 2 }) }), written)
      .map(([group, more]): Written => ({ ...more, ...group })),
  ),
}))
