import { describe, expect, it } from 'vitest'
import type { Check } from '../../src/core/check.ts'
import { type Selection, selectChecks } from '../../src/core/select.ts'
import { buildCheck } from '../sql/build-check.ts'

const checks: readonly Check[] = [
  buildCheck('SELECT 1 AS passed', 'linux', { id: 'disk-encrypted', tags: ['disk'], severity: 'critical' }),
  buildCheck('SELECT 1 AS passed', 'darwin', { id: 'disk-free', tags: ['disk', 'space'], severity: 'low' }),
  buildCheck('SELECT 1 AS passed', 'linux', { id: 'ssh.root', tags: ['ssh'], severity: 'high' }),
]

function select(selection: Partial<Selection>) {
  const { checks: chosen, unmatched } = selectChecks(checks, { patterns: [], tags: [], ...selection })
  return { ids: chosen.map(({ id }) => id), unmatched }
}

describe('choosing checks', () => {
  it('takes all of them when nothing is asked for', () => {
    expect(select({}).ids).toEqual(['disk-encrypted', 'disk-free', 'ssh.root'])
  })

  it('takes * for any letters and ? for one', () => {
    expect(select({ patterns: ['disk-*'] }).ids).toEqual(['disk-encrypted', 'disk-free'])
    expect(select({ patterns: ['disk-fre?'] }).ids).toEqual(['disk-free'])
    expect(select({ patterns: ['disk-free?'] }).ids).toEqual([])
  })

  it('takes everything else in a pattern literally, and the whole id', () => {
    expect(select({ patterns: ['ssh.root'] }).ids).toEqual(['ssh.root'])
    expect(select({ patterns: ['ssh.r..t', 'disk', '(', '[a-z]*'] }).ids).toEqual([])
  })

  it('names the patterns that no check matches, even where other parts leave none', () => {
    expect(select({ patterns: ['disk-*', 'nope', 'ssh*'], tags: ['none'] })).toEqual({ ids: [], unmatched: ['nope'] })
  })

  it('takes a check with one of the tags', () => {
    expect(select({ tags: ['space', 'ssh'] }).ids).toEqual(['disk-free', 'ssh.root'])
  })

  it('takes a severity and all worse ones', () => {
    expect(select({ severity: 'high' }).ids).toEqual(['disk-encrypted', 'ssh.root'])
    expect(select({ severity: 'low' }).ids).toHaveLength(3)
  })

  it('wants every part to hold', () => {
    expect(select({ platform: 'linux', tags: ['disk'], severity: 'high' }).ids).toEqual(['disk-encrypted'])
    expect(select({ platform: 'windows' }).ids).toEqual([])
  })
})
