import type { Engine } from './engine.ts'

// Which register an opcode writes, and what it puts there, as osquery reads SQLite's programs
// (osquery/sql/sqlite_util.cpp). What is not listed is UNKNOWN.
const WRITES: Readonly<Record<string, { register: 'p2' | 'p3'; type: string }>> = {
  Integer: { register: 'p2', type: 'INTEGER' },
  Int64: { register: 'p2', type: 'BIGINT' },
  String8: { register: 'p2', type: 'TEXT' },
  String: { register: 'p2', type: 'TEXT' },
  Concat: { register: 'p3', type: 'TEXT' },
  Add: { register: 'p3', type: 'BIGINT' },
  Subtract: { register: 'p3', type: 'BIGINT' },
  Multiply: { register: 'p3', type: 'BIGINT' },
  Divide: { register: 'p3', type: 'BIGINT' },
  Remainder: { register: 'p3', type: 'BIGINT' },
  Real: { register: 'p2', type: 'UNKNOWN' },
  Blob: { register: 'p2', type: 'UNKNOWN' },
}

/** The result columns of a single statement with osquery's names for their types. @throws SqlError */
export function describeResult(engine: Engine, sql: string): { name: string; type: string }[] {
  const { columns } = engine.prepare(sql)
  const { columns: names, rows } = engine.query(`EXPLAIN ${sql}`)
  const [opcode, p1, p2, p3] = ['opcode', 'p1', 'p2', 'p3'].map((name) => names.indexOf(name)) as [
    number,
    number,
    number,
    number,
  ]
  const first = Number(rows.find((row) => row[opcode] === 'ResultRow')?.[p1] ?? 0)
  const types = new Map<number, string>()
  for (const row of rows) {
    const write = WRITES[String(row[opcode])]
    if (write) types.set(Number(row[write.register === 'p2' ? p2 : p3]), write.type)
  }
  return columns.map(({ name, type }, index) => ({ name, type: type ?? types.get(first + index) ?? 'UNKNOWN' }))
}
