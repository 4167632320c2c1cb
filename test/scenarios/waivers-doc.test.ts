import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openFrameworks } from '../../src/app/frameworks/index.ts'
import { openLibrary } from '../../src/app/library.ts'
import { openWaivers } from '../../src/app/waivers/index.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { readConfig } from '../../src/config.ts'
import { ACCEPTANCE_STATES } from '../../src/core/acceptance.ts'
import { sampleAcceptanceEntries } from '../core/sample-acceptances.ts'
import { makeFolder } from './run-checks.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'waivers.md'), 'utf8')

describe('docs/waivers.md', () => {
  it('has examples that load without a finding', () => {
    const folder = makeFolder()
    for (const [, name = '', text = ''] of page.matchAll(/^```yaml\n# (\S+)\n(.*?)^```$/gms)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const config = readConfig({}, {}, folder)
    const library = openLibrary(config)
    const { frameworks } = openFrameworks(config, library)
    const { waivers, attestations, diagnostics } = openWaivers(config, { library, frameworks })
    expect(diagnostics).toEqual([])
    expect([waivers.length, attestations.length]).toEqual([1, 1])
  })

  it('names every state, and every action with its level', () => {
    for (const state of ACCEPTANCE_STATES) expect(page).toContain(`| \`${state}\` |`)
    for (const { action, level } of sampleAcceptanceEntries(0)) {
      expect(page).toMatch(new RegExp(`^\\| [^|]*\`${action}\`[^|]* \\| ${level} \\|`, 'm'))
    }
  })

  it('uses only options that there are', async () => {
    const program = await buildProgram('1.2.3')
    const calls = page.replaceAll('\\\n', ' ').matchAll(/^\$ checks (waive|attest) (.*)$/gm)
    for (const [, name, rest = ''] of calls) {
      const known = program.commands.find((each) => each.name() === name)?.options.map(({ long }) => long)
      for (const [flag] of rest.matchAll(/--[a-z-]+/g)) expect(known, flag).toContain(flag)
    }
  })
})
