import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseYaml } from '../../src/content/yaml-document.ts'

function problemsOf(text: string): string[] {
  return parseYaml(text, 'f.yaml').diagnostics.map(
    ({ place, code, message }) => `${place.line}:${place.column} ${code}: ${message}`,
  )
}

describe('parseYaml', () => {
  it('reads plain values by the YAML 1.2 core schema, dates and yes as text', () => {
    const [document] = parseYaml(
      '{ a: 1, b: 1.5, c: true, d: null, e: 2026-01-31, f: yes, g: 0x10, h: "1" }',
      'f',
    ).documents
    expect({ ...(document?.value as object) }).toEqual({
      a: 1,
      b: 1.5,
      c: true,
      d: null,
      e: '2026-01-31',
      f: 'yes',
      g: 16,
      h: '1',
    })
  })

  it('gives mappings no prototype, so that no key can reach one', () => {
    const [document] = parseYaml('__proto__: { polluted: true }\nconstructor: 1', 'f').documents
    expect(Object.getPrototypeOf(document?.value)).toBe(null)
    expect(Object.keys(document?.value as object)).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>).polluted).toBe(undefined)
  })

  it('knows the place of every value and key, and how a scalar was written', () => {
    const text = '# top\r\na:\r\n  - one\r\n  - b: "two"\r\n    c: |\r\n      text\r\nv: 1.10\r\n'
    const [document] = parseYaml(text, 'f.yaml').documents
    const at = (path: (string | number)[], on?: 'key') => {
      const { line, column } = document!.place(path, on)
      return `${line}:${column}`
    }
    expect([at(['a', 0]), at(['a', 1]), at(['a', 1, 'b']), at(['a', 1, 'b'], 'key')]).toEqual([
      '3:5',
      '4:5',
      '4:8',
      '4:5',
    ])
    expect([at(['a', 1, 'c']), at(['v'], 'key'), at(['v']), at([])]).toEqual(['6:7', '7:1', '7:4', '2:1'])
    expect([document!.source(['v']), document!.source(['a', 1, 'b'])]).toEqual(['1.10', '"two"'])
  })

  it('answers the nearest known place when a path leads nowhere', () => {
    const [document] = parseYaml('a:\n  b: 1\n', 'f.yaml').documents
    expect(document!.place(['a', 'nothing', 3, 'length'])).toEqual({ file: 'f.yaml', line: 2, column: 3 })
    expect(document!.place(['a', 'constructor'])).toEqual({ file: 'f.yaml', line: 2, column: 3 })
  })

  it('finds places in a mapping of many keys', () => {
    const text = Array.from({ length: 100 }, (_, index) => `k${index}: ${index}`).join('\n')
    expect(parseYaml(text, 'f').documents[0]!.place(['k70'], 'key')).toEqual({ file: 'f', line: 71, column: 1 })
  })

  it('reads several documents, and what an anchor and its aliases share', () => {
    const { documents } = parseYaml('a: &x [1, 2]\nb: *x\n---\nc: 3\n---\n', 'f')
    expect(documents.map(({ value }) => value && { ...value })).toEqual([{ a: [1, 2], b: [1, 2] }, { c: 3 }, null])
    expect(documents[0]!.place(['b'])).toEqual({ file: 'f', line: 2, column: 4 })
    expect(documents[0]!.place(['b', 1])).toEqual({ file: 'f', line: 1, column: 11 })
  })

  it.each([
    ['a: b: c', ['1:5 yaml-syntax: not valid YAML: bad indentation of a mapping entry']],
    ['a:\n\t- b', ['2:1 yaml-syntax: not valid YAML: tab characters must not be used in indentation']],
    ['a: [1, 2', ['1:9 yaml-syntax: not valid YAML: unexpected end of the stream within a flow collection']],
    ['a\0b', ['1:2 yaml-syntax: not valid YAML: null byte is not allowed in input']],
    ['a: 1\nb: 2\na: 3', ['3:1 duplicate-key: duplicate key "a"']],
    ['1: a\n"1": b', ['2:1 duplicate-key: duplicate key "1"']],
    ['a: *b', ['1:4 yaml-alias: alias *b has no anchor above it']],
    ['a: &a [*a]', ['1:8 yaml-alias: alias *a contains itself']],
    ['a: &a { b: 1 }\nc:\n  <<: *a', ['3:3 yaml-merge: merge keys (<<) are not supported']],
    ['a: !secret b', ['1:4 yaml-tag: tag !secret is not supported here']],
    ['a: !!binary aGk=', ['1:4 yaml-tag: tag !!binary is not supported here']],
    ['a: !!js/function x', ['1:4 yaml-tag: tag !!js/function is not supported here']],
    ['a: !!map [1]', ['1:4 yaml-tag: tag !!map is not supported here']],
    ['%TAG !! tag:example.org,2026:\n---\na: !!str b', ['3:4 yaml-tag: tag !!str is not supported here']],
    ['a: !!int b', ['1:10 yaml-value: !!int does not fit this value']],
    ['? [a]\n: b', ['1:3 yaml-key: a key cannot be a list or a mapping']],
    ['a: &a b\n*a : c', ['2:1 yaml-key: a key cannot be an alias']],
    ['a: .inf', ['1:4 yaml-value: not a finite number']],
    ['a: 9007199254740993', ['1:4 yaml-value: a whole number too large to be held exactly (beyond 2^53)']],
    ['['.repeat(100), ['1:64 yaml-depth: nested deeper than 64 levels']],
  ])('says what is wrong with %j', (text, expected) => {
    expect(problemsOf(text)).toEqual(expected)
  })

  it('accepts the tags of the core schema', () => {
    const [document] = parseYaml('a: !!str 5\nb: !!int "7"\nc: ! 5\nd: !!seq [x]', 'f').documents
    expect({ ...(document?.value as object) }).toEqual({ a: '5', b: 7, c: '5', d: ['x'] })
  })

  it('reports every fault of a document, not only the first', () => {
    expect(problemsOf('a: 1\na: 2\nb: *c\nd: !x y')).toHaveLength(3)
  })

  it('refuses aliases that expand to more than can be walked', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let level = 1; level < 8; level++) {
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      )
    }
    const problems = problemsOf(lines.join('\n'))
    expect(problems.every((problem) => problem.endsWith('yaml-alias: aliases expand to more than 100000 values'))).toBe(
      true,
    )
    expect(problems.length).toBeGreaterThan(0)
  })

  it('refuses aliases within aliases, and aliases that nest too deeply', () => {
    const chain = [
      'a0: &a0 x',
      ...Array.from({ length: 12 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}]`),
    ]
    expect(problemsOf(chain.join('\n'))[0]).toBe('10:10 yaml-alias: aliases within aliases, more than 8 deep')
    const deep = `a: &a ${'['.repeat(40)}${']'.repeat(40)}\nb: ${'['.repeat(30)}*a${']'.repeat(30)}`
    expect(problemsOf(deep)).toEqual(['2:34 yaml-alias: alias *a makes the document deeper than 64 levels'])
  })

  it('refuses a document of too many values', () => {
    expect(problemsOf(`[${'1,'.repeat(200_000)}]`)[0]).toMatch(/yaml-size: more than 100000 values in one document$/)
  })

  it('never throws, whatever the text', () => {
    const pieces = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '&a ',
      '*a',
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      "'",
      '|',
      '>',
      '!x ',
      '---\n',
      '? ',
      '#',
      '<<',
      '%TAG ! x\n',
      '\t',
      '\u2028',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(pieces, { maxLength: 60 }).map((all) => all.join('')),
        ),
        (text) => {
          const { documents, diagnostics } = parseYaml(text, 'f')
          for (const { place } of diagnostics) expect(place.line).toBeGreaterThan(0)
          for (const document of documents) document.place(['a', 0, 'a'])
        },
      ),
      { numRuns: 3000 },
    )
  })
})
