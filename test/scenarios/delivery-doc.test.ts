import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { readConfig } from '../../src/config.ts'
import { COMMON_OPTIONS, readSinks } from '../../src/delivery/read-sinks.ts'
import { SINK_KINDS } from '../../src/delivery/sink-kinds.ts'
import { makeFolder, runChecks } from './run-checks.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'delivery.md'), 'utf8')
const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text as string)

/** What the examples take from the environment. */
const env = {
  SIEM_SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
  WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 2).toString('base64')}`,
  SLACK_URL: 'https://hooks.slack.com/services/T0/B0/x',
  SMTP_PASSWORD: 'secret-1',
  NOTIFY_TOKEN: 'secret-2',
  SPLUNK_TOKEN: '00000000-0000-4000-8000-000000000000',
  ELASTIC_KEY: 'secret-3',
}

function load(text: string) {
  const folder = makeFolder()
  writeFileSync(join(folder, 'keelson.yaml'), text)
  const { sinks } = readConfig({}, {}, folder)
  if (!sinks) throw new Error('there are no sinks')
  return readSinks(sinks, { kinds: SINK_KINDS, env })
}

describe('docs/delivery.md', () => {
  it('has examples that load without a finding, of every kind', () => {
    const read = blocks.map(load)
    expect(read.flatMap(({ diagnostics }) => diagnostics)).toEqual([])
    const types = new Set(read.flatMap(({ sinks }) => sinks.map(({ kind }) => kind.type)))
    expect([...types].sort()).toEqual(Object.keys(SINK_KINDS).sort())
  })

  it('names the common options, and only commands and flags that there are', async () => {
    for (const option of Object.keys(COMMON_OPTIONS)) expect(page).toContain(`\`${option}\``)
    const program = await buildProgram('0.0.0')
    const all = program.commands.flatMap((command) => [command, ...command.commands])
    const help = all.map((command) => command.helpInformation()).join('\n')
    const flags = new Set(page.match(/(?<![\w-])--[a-z][\w-]*/g))
    expect([...flags].filter((flag) => flag !== '--json' && !help.includes(flag))).toEqual([])
    const used = [...page.matchAll(/checks (sinks|filters|alarms) ([a-z]+)\b/g)].map(([, group, name]) => [group, name])
    const known = program.commands.flatMap((group) =>
      group.commands.map((command) => `${group.name()} ${command.name()}`),
    )
    const unknown = used.map((pair) => pair.join(' ')).filter((pair) => !known.includes(pair))
    expect(unknown).toEqual([])
  })
})

describe('checks help sinks', () => {
  it('tells every kind with every option', async () => {
    const { stdout, code } = await runChecks(['help', 'sinks'])
    expect(code).toBe(0)
    for (const { type, options } of Object.values(SINK_KINDS)) {
      const [, part = ''] = stdout.split(`type: ${type}: `)
      for (const option of Object.keys(options))
        expect(part.split('\n\n')[0]).toMatch(new RegExp(`^ {2}${option}\\b`, 'm'))
    }
  })
})
