import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openFrameworks } from '../../src/app/frameworks/index.ts'
import { openLibrary } from '../../src/app/library.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { readConfig } from '../../src/config.ts'
import { REQUIREMENT_STATUSES } from '../../src/core/evaluate-framework.ts'
import { MEASURES, referenceOf } from '../../src/core/framework.ts'
import { STATUS_WORDS } from '../../src/formats/framework-rows.ts'
import { makeFolder } from './run-checks.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'frameworks.md'), 'utf8')

describe('docs/frameworks.md', () => {
  it('has examples that load without a finding', () => {
    const folder = makeFolder()
    const files = [...page.matchAll(/^```yaml\n# (\S+)\n(.*?)^```$/gms)].map(([, name, text]) => ({ name, text }))
    expect(files.length).toBeGreaterThan(4)
    for (const { name, text } of files) {
      const path = join(folder, name as string)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text as string, { flag: 'a' })
    }
    const [, csv] = /^```csv\n(.*?)^```$/ms.exec(page) as unknown as [string, string]
    writeFileSync(join(folder, 'licensed/iso-27001.csv'), csv)
    mkdirSync(join(folder, 'checks'))
    const config = readConfig({}, {}, folder)
    const { frameworks, profiles, diagnostics } = openFrameworks(config, openLibrary(config))
    expect(diagnostics.filter(({ place }) => place.file.startsWith(folder))).toEqual([])
    expect(frameworks.map(referenceOf)).toContain('house-rules@2026')
    expect(profiles.map(({ id }) => id)).toContain('laptop')
    const iso = frameworks.find(({ id }) => id === 'iso-27001')
    expect(iso?.requirements.find(({ id }) => id === 'A.5.1')?.title).toMatch(/^Words from your own copy/)
  })

  it('names every measure, every status and every framework that ships', () => {
    for (const measure of MEASURES) expect(page).toContain(`| \`${measure}\` |`)
    for (const status of REQUIREMENT_STATUSES) expect(page).toContain(`| ${STATUS_WORDS[status]} |`)
    const config = readConfig({}, {}, makeFolder())
    const { frameworks } = openFrameworks(config, openLibrary(config))
    const named = frameworks.filter(({ id }) => !/^cis-(?!controls)/.test(id))
    expect(named.filter(({ id }) => !page.includes(`\`${id}@`)).map(referenceOf)).toEqual([])
  })

  it('names only commands that there are', async () => {
    const program = await buildProgram('1.2.3')
    const lines = [...page.matchAll(/^\$ checks (\w+)(?: (\w+))?/gm)].map(([, command, sub]) => ({ command, sub }))
    for (const { command, sub } of lines) {
      const found = program.commands.find((each) => each.name() === command)
      expect(found, command).toBeDefined()
      const subs = found?.commands.map((each) => each.name()) ?? []
      if (subs.length > 0 && sub) expect(subs).toContain(sub)
    }
  })
})
