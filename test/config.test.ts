import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'
import { KeelsonError } from '../src/core/errors.ts'
import { writeFiles } from './scenarios/write-checks.ts'

const write = (settings: string) => writeFiles({ 'keelson.yaml': settings })
const empty = () => writeFiles({})

describe('the configuration', () => {
  it('has defaults without a file, and cannot be changed', () => {
    const config = readConfig({}, {}, empty())
    expect(config).toMatchObject({ checks: [], library: true, source: 'auto', timeout: 30_000, strict: false })
    expect(config).toMatchObject({ socket: undefined, file: undefined, effects: [] })
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('takes each setting from the strongest place that has it: flags, environment, file, defaults', () => {
    const cwd = write('timeout: 5\nsource: osqueryi\nchecks: [mine]\nstrict: true\n')
    expect(readConfig({}, {}, cwd)).toMatchObject({
      timeout: 5000,
      source: 'osqueryi',
      checks: [join(cwd, 'mine')],
      strict: true,
      file: join(cwd, 'keelson.yaml'),
    })
    const env = { KEELSON_TIMEOUT: '6', KEELSON_SOURCE: 'embedded', KEELSON_CHECKS: `a:${cwd}/b` }
    const stronger = readConfig({}, env, cwd)
    expect(stronger).toMatchObject({ timeout: 6000, source: 'embedded', checks: [join(cwd, 'a'), join(cwd, 'b')] })
    const flags = { timeout: '0.5', source: 'auto', checks: ['c'], library: false }
    expect(readConfig(flags, env, cwd)).toMatchObject({
      timeout: 500,
      source: 'auto',
      checks: [join(cwd, 'c')],
      library: false,
    })
  })

  it('passes over environment variables that are empty', () => {
    const env = { KEELSON_TIMEOUT: '', KEELSON_SOURCE: '', KEELSON_SOCKET: '', KEELSON_CHECKS: '', KEELSON_CONFIG: '' }
    expect(readConfig({}, env, empty())).toEqual(readConfig({}, {}, empty()))
  })

  it('finds the file that the environment names, and a flag over it', () => {
    const [one, two] = [write('timeout: 1\n'), write('timeout: 2\n')]
    const env = { KEELSON_CONFIG: join(one, 'keelson.yaml') }
    expect(readConfig({}, env, empty()).timeout).toBe(1000)
    expect(readConfig({ config: join(two, 'keelson.yaml') }, env, empty()).timeout).toBe(2000)
  })

  it('allows a file that is empty or only comments', () => {
    expect(readConfig({}, {}, write('# nothing\n')).timeout).toBe(30_000)
    expect(readConfig({}, {}, write('')).timeout).toBe(30_000)
  })
})

describe('a socket that is named', () => {
  it('is used, whatever a weaker place says of the source', () => {
    const cwd = write('source: embedded\n')
    expect(readConfig({ socket: '/x' }, {}, cwd)).toMatchObject({ source: 'socket', socket: '/x' })
    expect(readConfig({}, { KEELSON_SOCKET: '/x' }, cwd)).toMatchObject({ source: 'socket', socket: '/x' })
    expect(readConfig({ socket: '/x' }, { KEELSON_SOURCE: 'embedded' }, cwd)).toMatchObject({ source: 'socket' })
  })

  it('is not used where a stronger place wants another source', () => {
    const cwd = write('socket: run/q.em\n')
    expect(readConfig({}, {}, cwd)).toMatchObject({ source: 'socket', socket: join(cwd, 'run/q.em') })
    expect(readConfig({ source: 'embedded' }, {}, cwd)).toMatchObject({ source: 'embedded' })
  })

  it('beside another source in the same place is refused', () => {
    expect(() => readConfig({ socket: '/x', source: 'osqueryi' }, {}, empty())).toThrow(
      /--socket .* --source says osqueryi/,
    )
    expect(() => readConfig({}, {}, write('socket: x\nsource: embedded\n'))).toThrow(/socket of .*keelson\.yaml/)
    expect(readConfig({ socket: '/x', source: 'auto' }, {}, empty()).source).toBe('socket')
  })
})

describe('parameters of the command line', () => {
  it('are split at the last dot before the name, and keep what stands in the value', () => {
    const { textParams } = readConfig({ param: ['a.b.name=x=y.z', 'a.b.other=', 'c.d=1\n2'] }, {}, empty())
    expect({ ...textParams['a.b'] }).toEqual({ name: 'x=y.z', other: '' })
    expect({ ...textParams.c }).toEqual({ d: '1\n2' })
  })

  it('cannot reach a prototype', () => {
    const { textParams } = readConfig({ param: ['__proto__.polluted=1', 'x.__proto__=1'] }, {}, empty())
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(Object.keys(textParams).sort()).toEqual(['__proto__', 'x'])
  })

  it.each(['name', 'a.b', '.b=1', 'a.=1', 'a.1b=1', '=', ''])('are refused as %j', (param) => {
    expect(() => readConfig({ param: [param] }, {}, empty())).toThrow(/is not CHECK\.NAME=VALUE/)
  })
})

describe('where verdicts are remembered', () => {
  it('is the usual place unless something is said', () => {
    expect(readConfig({}, {}, empty()).state).toBeUndefined()
    expect(readConfig({ state: true }, { KEELSON_STATE: '' }, empty()).state).toBeUndefined()
  })

  it('is a path from where it is said: the file, the environment, the command line', () => {
    const cwd = write('state: data/state.db\n')
    const elsewhere = empty()
    const env = { KEELSON_STATE: 'env.db' }
    expect(readConfig({}, {}, cwd).state).toBe(join(cwd, 'data', 'state.db'))
    expect(readConfig({ config: join(cwd, 'keelson.yaml') }, {}, elsewhere).state).toBe(join(cwd, 'data', 'state.db'))
    expect(readConfig({}, env, cwd).state).toBe(join(cwd, 'env.db'))
    expect(readConfig({ state: 'flag.db' }, env, cwd).state).toBe(join(cwd, 'flag.db'))
    expect(readConfig({ state: '/var/flag.db' }, env, cwd).state).toBe('/var/flag.db')
  })

  it('is nowhere where that is said, and somewhere where a stronger place says so', () => {
    const none = write('state: false\n')
    expect(readConfig({}, {}, none).state).toBe(false)
    expect(readConfig({ state: true }, {}, none).state).toBe(false)
    expect(readConfig({}, { KEELSON_STATE: 'none' }, write('state: a.db\n')).state).toBe(false)
    expect(readConfig({ state: false }, { KEELSON_STATE: 'a.db' }, empty()).state).toBe(false)
    expect(readConfig({}, { KEELSON_STATE: 'a.db' }, none).state).toBe(join(none, 'a.db'))
    expect(readConfig({ state: 'b.db' }, { KEELSON_STATE: 'none' }, none).state).toBe(join(none, 'b.db'))
  })
})

describe('when checks are due that say nothing of it', () => {
  it.each([
    ['', '1d'],
    ['schedule: 30m', '30m'],
    ['schedule: 2h', '2h'],
    ['schedule: 90', '90m'],
    ['schedule: 1w', '1w'],
    ['schedule: manual', 'manual'],
    ['schedule: "0 3 * * *"', '0 3 * * *'],
  ])('%j', (settings, schedule) => {
    expect(readConfig({}, {}, write(`${settings}\n`)).schedule).toBe(schedule)
  })
})

describe('what is wrong', () => {
  it.each([
    ['timeout: 0', /timeout must be a number of seconds, not 0/],
    ['timeout: 90000', /timeout/],
    ['timeout: .nan', /not a finite number/],
    ['timeout: [1]', /timeout/],
    ['checks: 7', /checks must be a list/],
    ['checks: [7]', /checks must be text/],
    ['checks: [""]', /checks must be text/],
    ['library: "no"', /library must be true or false/],
    ['strict: 1', /strict must be true or false/],
    ['socket: []', /socket must be text/],
    ['source: {}', /source must be text/],
    ['osquery_version: {}', /osquery_version must be/],
    ['params: { a: 1 }', /params must be a mapping/],
    ['params: null', /params must be a mapping/],
    ['effects: network, carve', /effects may be/],
    ['osquery_version: 5.1', /osquery_version must be/],
    ['osquery_version: "5.1"', /osquery_version must be/],
    ['state: true', /state must be text/],
    ['state: 7', /state must be text/],
    ['state: ""', /state must be text/],
    ['schedule: sometimes', /schedule/],
    ['schedule: 0', /schedule/],
    ['schedule: [1h]', /schedule must be text such as 1d/],
    ['schedule: "61 3 * * *"', /schedule/],
    ['constructor: 1', /unknown setting constructor/],
    ['a: 1\na: 2', /duplicate key/],
    ['&a a: *a', /keelson\.yaml:1/],
    ['null', /^$/],
  ])('%j is said with its place', (settings, message) => {
    const read = () => readConfig({}, {}, write(`${settings}\n`))
    if (settings === 'null') return expect(read().timeout).toBe(30_000)
    expect(read).toThrow(KeelsonError)
    expect(read).toThrow(message)
    expect(read).toThrow(/keelson\.yaml:\d+:\d+: /)
  })

  it('has an exit code for wrong configuration', () => {
    try {
      readConfig({ timeout: 'x' }, {}, empty())
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'config', exit: 3 })
    }
  })
})
