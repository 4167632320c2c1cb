import { describe, expect, it } from 'vitest'
import { FILE_TABLES, LINUX_TABLES, makeMachine, readVectors, type TextRow } from './open-file-tables.ts'

interface Recording {
  table: string
  sql: string
  files: Record<string, string>
  rows: TextRow[]
}

const recordings = readVectors<Recording[]>('parsers.json').filter(({ table }) =>
  FILE_TABLES.some(({ name }) => name === table),
)
const ROOT_ONLY = 'root:x:0:0:root:/root:/bin/bash\n'

describe('a table over recorded files', () => {
  it('is recorded for every parser', () => {
    expect(recordings.map(({ table }) => table).sort()).toEqual(
      [
        ...['authorized_keys', 'crontab', 'dns_resolvers', 'etc_hosts', 'etc_protocols', 'etc_services', 'groups'],
        ...['known_hosts', 'shadow', 'ssh_configs', 'sudoers', 'user_groups', 'users'],
      ].sort(),
    )
  })

  it.each(recordings)('answers as osquery did: $table', ({ sql, files, rows }) => {
    const { query } = makeMachine({ '/etc/passwd': ROOT_ONLY, ...files })
    expect(query(sql)).toEqual(rows)
  })
})

describe('the tables of files and users', () => {
  const recorded = readVectors<Record<string, { columns: [string, string][] }>>('tables.json')

  // No osquery has the tables of our extension.
  const ofOsquery = FILE_TABLES.filter(({ name }) => !LINUX_TABLES.get(name)?.extension)

  it.each(ofOsquery)('have the recorded columns: $name', ({ name }) => {
    const visible = LINUX_TABLES.get(name)?.columns.filter(({ hidden }) => !hidden) ?? []
    expect(visible.map((column) => [column.name, column.type])).toEqual(recorded[name]?.columns)
  })
})
