import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadLibrary } from '../../src/content/load.ts'
import { EXAMPLE, EXAMPLE_FILES } from './example.ts'
import { writeFolder } from './write-folder.ts'

function expectSurvival(content: string | Uint8Array, folder: string): void {
  mkdirSync(join(folder, 'templates'), { recursive: true })
  writeFileSync(join(folder, 'f.yaml'), content)
  writeFileSync(join(folder, 'templates/f.yaml'), content)
  const { checks, diagnostics } = loadLibrary([folder])
  for (const { place, message } of diagnostics) {
    expect(place.line).toBeGreaterThan(0)
    expect(place.column).toBeGreaterThan(0)
    expect(message.length).toBeLessThan(1000)
  }
  // Whatever was loaded is whole.
  for (const check of checks) expect(Object.keys(check.platforms).length).toBeGreaterThan(0)
}

describe('loadLibrary never throws', () => {
  const folder = writeFolder(EXAMPLE_FILES)

  it('on bytes of any kind', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => expectSurvival(bytes, folder)),
      { numRuns: 500 },
    )
  })

  it('on a good file in which pieces were replaced', () => {
    const piece = fc.constantFrom(
      '',
      '\n',
      ': ',
      '- ',
      '{',
      '}',
      '[]',
      '*a',
      '&a ',
      '"',
      "'",
      '|',
      '\t',
      '~',
      '5',
      '!x ',
      '---\n',
      'param',
      'all:',
      '__proto__',
      ':x',
      '<<: ',
      '\0',
      '\ufffd',
      'constructor',
    )
    const edit = fc.record({ at: fc.nat(EXAMPLE.length), cut: fc.nat(12), piece })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = EXAMPLE
        for (const { at, cut, piece } of edits) text = text.slice(0, at) + piece + text.slice(at + cut)
        expectSurvival(text, folder)
      }),
      { numRuns: 1500 },
    )
  })

  it('on a good file whose lines were shuffled, doubled or dropped', () => {
    const lines = EXAMPLE.split('\n')
    fc.assert(
      fc.property(fc.array(fc.nat(lines.length - 1), { maxLength: 50 }), (chosen) => {
        expectSurvival(chosen.map((index) => lines[index]).join('\n'), folder)
      }),
      { numRuns: 500 },
    )
  })

  it('on values of any shape in any place', () => {
    const key = fc.constantFrom(
      'id',
      'title',
      'severity',
      'platforms',
      'linux',
      'params',
      'p',
      'type',
      'tests',
      'all',
      'not',
      'use',
      'with',
      'where',
      'needs',
      'template',
      'in',
      'param',
      'formerly',
      'schedule',
      '__proto__',
    )
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('a', 'ufw_enabled', 'f', 5, null, true),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 5 }),
      ),
    })).value
    fc.assert(
      fc.property(value, value, (first, second) =>
        expectSurvival(`${JSON.stringify(first)}\n---\n${JSON.stringify(second)}`, folder),
      ),
      { numRuns: 1000 },
    )
  })
})
