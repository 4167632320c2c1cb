import { describe, expect, it } from 'vitest'
import { ContentError, openLibrary, paramsOf, requireKnownParams, requireSound } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { writeCheck, writeFiles } from '../scenarios/write-checks.ts'

const PARAMS =
  'params:\n  least: { type: integer, default: 1 }\n  names: { type: list, default: [a] }\n  must: { type: string }\n'

function open(settings = '', param: string[] = []) {
  const cwd = writeFiles({
    'checks/a.yaml': writeCheck('a', 'SELECT :least AS passed, :must AS must WHERE 1 IN :names', PARAMS),
    'keelson.yaml': `checks: [checks]\nlibrary: false\n${settings}`,
  })
  const config = readConfig({ param }, {}, cwd)
  const library = openLibrary(config)
  return { config, library, check: library.checks[0]! }
}

const values = (settings: string, param: string[], more = {}) => {
  const { config, check } = open(settings, param)
  return paramsOf(check, config, more)
}

describe('the effective parameters of a check', () => {
  it('are its defaults, the file over them, the command line over that', () => {
    expect(values('params: { a: { must: x } }\n', [])).toEqual({ least: 1, names: ['a'], must: 'x' })
    expect(values('params: { a: { must: x, least: 2 } }\n', ['a.least=3'])).toMatchObject({ least: 3, must: 'x' })
    expect(values('params: { a: { least: 2 } }\n', ['a.must=y', 'a.names=b,c'])).toEqual({
      least: 2,
      names: ['b', 'c'],
      must: 'y',
    })
  })

  it('take what a test gives over the file', () => {
    expect(values('params: { a: { must: x } }\n', [], { must: 'z' })).toMatchObject({ must: 'z' })
  })

  it.each([
    ['are missing one that must be given', '', [], /a: .*must/],
    ['hold an unknown one of the file', 'params: { a: { must: x, lest: 1 } }\n', [], /keelson\.yaml: a: .*lest/],
    ['hold an unknown one of the command line', '', ['a.lest=1'], /--param: a: .*lest/],
    ['hold a wrong type of the command line', '', ['a.must=x', 'a.least=two'], /--param: a: .*least/],
    ['hold a wrong type of the file', 'params: { a: { must: x, least: two } }\n', [], /keelson\.yaml: a: .*least/],
  ])('are refused when they %s', (_, settings, param, message) => {
    expect(() => values(settings, param)).toThrow(message)
  })

  it('are not fooled by a check that is called as what every object has', () => {
    const specs = 'params:\n  name: { type: string, default: a }\n  length: { type: integer, default: 5 }\n'
    const cwd = writeFiles({ 'a.yaml': writeCheck('constructor', 'SELECT :name = :length AS passed', specs) })
    const config = readConfig({ checks: [cwd], library: false }, {}, cwd)
    const [check] = openLibrary(config).checks
    expect(paramsOf(check!, config)).toEqual({ name: 'a', length: 5 })
    const { textParams } = readConfig({ param: ['constructor.length=7'] }, {}, cwd)
    expect(paramsOf(check!, { ...config, textParams })).toEqual({ name: 'a', length: 7 })
  })

  it('of a check that does not exist are refused rather than passed over', () => {
    const { config, library } = open('params: { aa: { least: 2 } }\n')
    expect(() => requireKnownParams(config, library)).toThrow(/parameters are set for aa/)
    const fromFlag: Config = { ...config, params: {}, textParams: { b: { least: '1' } } }
    expect(() => requireKnownParams(fromFlag, library)).toThrow(/parameters are set for b/)
  })
})

describe('a library', () => {
  it('with an error is not used, and a warning does not keep it from use', () => {
    const { config } = open()
    const wrong = openLibrary({ ...config, checks: [writeFiles({ 'a.yaml': 'id: 1\n' })] })
    expect(() => requireSound(wrong)).toThrow(ContentError)
    const warned = {
      ...open().library,
      diagnostics: wrong.diagnostics.map((one) => ({ ...one, level: 'warning' as const })),
    }
    expect(requireSound(warned)).toBe(warned)
  })
})
