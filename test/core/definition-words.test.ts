import { describe, expect, it } from 'vitest'
import { readDefinitionWords, UNKNOWN_WORDS } from '../../src/core/definition-words.ts'
import { defineCheck } from '../state/fill-store.ts'

describe("a check's own words", () => {
  it('are read from its definition', () => {
    expect(readDefinitionWords(defineCheck({ check: 'a', schedule: '1h', params: { min: 1 } }).body)).toEqual({
      title: 'Title of a',
      severity: 'high',
      tags: ['sample'],
      why: 'Because of a reason.',
      fix: 'Turn it on.',
      schedule: '1h',
      params: { min: 1 },
      document: 'id: a\n',
    })
  })

  it.each([
    [undefined],
    [''],
    ['{'],
    ['null'],
    ['[]'],
    ['1'],
    ['{"title":1,"severity":"worst","tags":"a","params":[]}'],
  ])('are not known where the definition is %j', (body) => {
    expect(readDefinitionWords(body)).toEqual(UNKNOWN_WORDS)
  })
})
