import { describe, expect, it } from 'vitest'
import { readSchema } from '../../src/sql/schema.ts'
import { factsOf, TABLE_FACTS } from '../../src/sql/table-facts.ts'

const { tables } = readSchema()

describe('the table facts', () => {
  it('are of tables that osquery or our extension has, under their proper names', () => {
    expect(Object.keys(TABLE_FACTS).filter((name) => !Object.hasOwn(tables, name))).toEqual([])
  })

  it('hold under every other name of the table', () => {
    for (const [name, { aliases = [] }] of Object.entries(tables)) {
      for (const alias of aliases) expect([alias, factsOf(alias)]).toEqual([alias, TABLE_FACTS[name]])
    }
  })

  it('know the columns that they speak of', () => {
    for (const [name, { sensitive = [], needsRootColumns = [] }] of Object.entries(TABLE_FACTS)) {
      const columns = Object.keys(tables[name]?.columns ?? {})
      expect(columns).toEqual(expect.arrayContaining([...sensitive, ...needsRootColumns]))
    }
  })

  it('each name their source', () => {
    for (const { source } of Object.values(TABLE_FACTS)) expect(source).toMatch(/\w/)
  })

  it('name the tables that reach out', () => {
    for (const name of ['curl', 'curl_certificate', 'yara_file', 'yara_process', 'ec2_instance_tags']) {
      expect(factsOf(name)?.effects).toEqual(['network'])
    }
  })
})
