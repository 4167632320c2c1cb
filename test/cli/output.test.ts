import { describe, expect, it } from 'vitest'
import { chooseFormat, openOutput } from '../../src/cli/output.ts'

describe('the output', () => {
  it.each([
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    [{ FORCE_COLOR: '0' }, false],
    [{ NO_COLOR: '1' }, false],
    [{}, process.stdout.isTTY === true && process.env.TERM !== 'dumb'],
  ])('with %j has colour: %s', (env, color) => {
    expect(openOutput(env).color).toBe(color)
  })

  it('has the first format where none is given, and refuses others by name', () => {
    expect(chooseFormat(undefined, ['text', 'json'])).toBe('text')
    expect(chooseFormat('json', ['text', 'json'])).toBe('json')
    expect(() => chooseFormat('JSON', ['text', 'json'])).toThrow('--format may be text, json, not JSON')
  })

  it.each([
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    [{ NO_COLOR: '1' }, false],
    [{}, process.stderr.isTTY === true && process.env.TERM !== 'dumb'],
  ])('with %j has colour in notes: %s', (env, color) => {
    expect(openOutput(env).noteColor).toBe(color)
  })
})
