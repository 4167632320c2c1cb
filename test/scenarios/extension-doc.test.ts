import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { readExtensionTables } from '../../src/sql/schema.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'extension.md'), 'utf8')

describe('docs/extension.md', () => {
  it.each(Object.entries(readExtensionTables()))(
    'describes %s as the schema does',
    (name, { description, columns }) => {
      const start = page.indexOf(`### ${name}\n`)
      expect(start).toBeGreaterThan(0)
      const section = page.slice(start, page.indexOf('\n#', start + 5))
      expect(section).toContain(description)
      const rows = [...section.matchAll(/^\| `(\w+)` \| (\w+) \| (.+) \|$/gm)].map(([, ...row]) => row)
      expect(rows).toEqual(
        Object.entries(columns).map(([column, { type, description, required }]) => [
          column,
          type,
          `${description}${required ? ' (required)' : ''}`,
        ]),
      )
    },
  )

  it('names the options that the command has', async () => {
    const program = await buildProgram('0.0.0')
    const command = program.commands.find((each) => each.name() === 'extension')
    const flags = command?.options.map(({ long }) => long ?? '') ?? []
    expect(flags).toEqual(expect.arrayContaining(['--socket', '--timeout', '--interval', '--verbose']))
    expect(flags.filter((flag) => !page.includes(flag))).toEqual([])
  })
})
