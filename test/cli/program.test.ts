import { describe, expect, it } from 'vitest'
import { toSelection } from '../../src/cli/options.ts'
import { buildProgram } from '../../src/cli/program.ts'

const REMEMBERING = ['status', 'events', 'history', 'posture', 'assets', 'emit']
const COMMANDS = [
  'sinks',
  'filters',
  'alarms',
  'run',
  'frameworks',
  'profiles',
  'list',
  'show',
  'init',
  'lint',
  'test',
  'watch',
  'add',
  'export',
  'params',
  'import',
  'compile',
  'diff',
  'schema',
  'doctor',
  'engine',
  'extension',
  'ledger',
  'backup',
  'restore',
  'report',
  'waive',
  'attest',
  ...REMEMBERING,
]

describe('the command line', () => {
  it('has every promised command, each with a description', async () => {
    const { commands } = await buildProgram('1.2.3')
    expect(commands.map((command) => command.name()).sort()).toEqual([...COMMANDS].sort())
    for (const command of commands) expect(command.description(), command.name()).toMatch(/\w/)
  })

  it('describes every option', async () => {
    const { commands } = await buildProgram('1.2.3')
    const options = commands.flatMap((command) =>
      command.options.map((option) => ({ command: command.name(), option })),
    )
    expect(options.length).toBeGreaterThan(20)
    for (const { command, option } of options) expect(option.description, `${command} ${option.flags}`).toMatch(/\w/)
  })

  it.each(['list', 'show', 'lint', 'test', 'compile', 'doctor', 'run'])(
    'lets a program read the answer of %s',
    async (name) => {
      const { commands } = await buildProgram('1.2.3')
      const format = commands
        .find((command) => command.name() === name)
        ?.options.find(({ long }) => long === '--format')
      expect(format?.description).toContain('json')
    },
  )
})

describe('a selection', () => {
  it('reads its parts', () => {
    expect(toSelection(['a*'], { tag: ['x'], severity: 'high', platform: 'linux' })).toEqual({
      patterns: ['a*'],
      tags: ['x'],
      severity: 'high',
      platform: 'linux',
    })
    expect(toSelection([], {})).toEqual({ patterns: [], tags: [], severity: undefined, platform: undefined })
  })

  it.each([
    [{ severity: 'HIGH' }, /--severity may be low, medium, high, critical, not HIGH/],
    [{ platform: 'macos' }, /--platform may be darwin, linux, windows, not macos/],
  ])('refuses %j', (options, message) => {
    expect(() => toSelection([], options)).toThrow(message)
  })
})
