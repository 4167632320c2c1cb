import { describe, expect, it } from 'vitest'
import { findClosest } from '../../src/core/find-closest.ts'

describe('findClosest', () => {
  it.each([
    ['severty', ['severity', 'schedule'], 'severity'],
    ['ifEmpty', ['if_empty', 'evidence'], 'if_empty'],
    ['hgih', ['low', 'medium', 'high'], 'high'],
    ['sevice_running', ['service_running', 'ufw_enabled'], 'service_running'],
    ['Linux', ['darwin', 'linux'], 'linux'],
    ['int', ['list', 'integer'], 'integer'],
    ['foo', ['severity', 'title'], undefined],
    ['a', ['b'], undefined],
    ['', ['b'], undefined],
    ['x'.repeat(1000), ['x'.repeat(999)], undefined],
  ])('for %j among %j answers %j', (word, candidates, expected) => {
    expect(findClosest(word, candidates)).toBe(expected)
  })

  it('never answers the word itself', () => {
    expect(findClosest('sql', ['sql'])).toBe(undefined)
  })
})
