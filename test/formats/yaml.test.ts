import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseYaml } from '../../src/content/yaml-document.ts'
import { formatYaml, formatYamlComment, type YamlMapping, type YamlValue } from '../../src/formats/yaml.ts'

function readBack(value: YamlMapping): unknown {
  const text = formatYaml(value)
  const { documents, diagnostics } = parseYaml(text, 'test.yaml')
  expect(diagnostics, text).toEqual([])
  return JSON.parse(JSON.stringify(documents[0]?.value))
}

const awkward = fc.constantFrom(
  '',
  ' ',
  'yes',
  '1.10',
  '0644',
  '# no comment',
  'a: b',
  '- x',
  "it's",
  '"',
  '\\',
  '%',
  '@x',
  'a #b',
  '---',
  '...',
  'x\n',
  'x\n\n',
  '\nx',
  ' x\ny',
  'x\n  y\nz',
  'x \ny',
  'tab\ty',
  'a\r\nb',
  '\u202e',
  '\u2028',
  '😀',
  'null',
  '~',
  '{ a }',
  '[',
  '&a',
  '*a',
  '!x',
  '|',
  '>',
  '?',
  ': ',
  'SELECT 1\nFROM x\n',
  `${'word '.repeat(40)}end`,
  '\u0000',
)
const scalar = fc.oneof(
  awkward,
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
)
const key = fc.oneof(awkward, fc.string()).filter((text) => text !== '__proto__' && text !== '<<')
const { value } = fc.letrec<{ value: YamlValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

describe('written YAML', () => {
  it('is read back as the same value, whatever it holds', () => {
    fc.assert(
      fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (mapping) => {
        expect(readBack(mapping)).toEqual(JSON.parse(JSON.stringify(mapping)))
      }),
      { numRuns: 400 },
    )
  })

  it('leaves out what is absent', () => {
    expect(formatYaml({ a: 1, b: undefined, c: 'x' })).toBe('a: 1\nc: x\n')
  })

  it('writes a mapping that is named twice once', () => {
    const clause = { sql: 'SELECT 1 AS passed\nFROM users' }
    const text = formatYaml({ platforms: { darwin: clause, linux: clause } })
    expect(text).toBe(
      'platforms:\n  darwin: &same\n    sql: |-\n      SELECT 1 AS passed\n      FROM users\n  linux: *same\n',
    )
    expect(readBack({ platforms: { darwin: clause, linux: clause } })).toEqual({
      platforms: { darwin: clause, linux: clause },
    })
  })

  it('puts rows on one line, and long prose on several', () => {
    const text = formatYaml({ why: `${'word '.repeat(40)}end`, given: { users: [{ uid: 0, username: 'root' }] } })
    expect(text).toContain('why: >-\n  word word')
    expect(text).toContain('  users: [{ uid: 0, username: root }]\n')
  })
})

describe('a comment', () => {
  it('stays a comment, whatever its text says', () => {
    expect(formatYamlComment(['a\nid: evil', '', 'b\u001b[2J'])).toBe('# a id: evil\n#\n# b␛[2J')
  })
})
