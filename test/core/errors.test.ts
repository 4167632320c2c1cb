import { describe, expect, it } from 'vitest'
import { EXIT, exitCodeOf, KeelsonError, messageOf, SourceError } from '../../src/core/errors.ts'
import { summarize } from '../../src/core/report.ts'

describe('the exit code of a run', () => {
  const none = { fail: 0, warn: 0, error: 0 }

  it('is 0 when nothing fails and everything could be judged', () => {
    expect(exitCodeOf(none, false)).toBe(0)
    expect(exitCodeOf({ ...none, warn: 3 }, false)).toBe(0)
  })

  it('is 1 when something fails, even if something else could not be judged', () => {
    expect(exitCodeOf({ ...none, fail: 1, error: 5 }, false)).toBe(1)
  })

  it('is 2 when something could not be judged', () => {
    expect(exitCodeOf({ ...none, error: 1, warn: 1 }, false)).toBe(2)
  })

  it('lets a warning count as failing when strict', () => {
    expect(exitCodeOf({ ...none, warn: 1, error: 1 }, true)).toBe(1)
    expect(exitCodeOf(none, true)).toBe(0)
  })
})

describe('an error for people', () => {
  it('carries its code, hint and cause, and means wrong usage unless it says otherwise', () => {
    const cause = new Error('deep')
    const error = new KeelsonError('no-config', 'there is no keelson.yaml', { hint: 'checks init', cause })
    expect(error).toMatchObject({ code: 'no-config', hint: 'checks init', exit: EXIT.usage, cause })
    expect(new KeelsonError('x', 'y').hint).toBeUndefined()
  })

  it('of a source says how it failed, and counts as not judged', () => {
    expect(new SourceError('gone', 'it went away')).toMatchObject({
      code: 'source/gone',
      failure: 'gone',
      exit: EXIT.unjudged,
    })
  })

  it('has a message, whatever was thrown', () => {
    expect(messageOf(new Error('oh'))).toBe('oh')
    expect(messageOf('oh')).toBe('oh')
    expect(messageOf(undefined)).toBe('undefined')
  })
})

describe('a summary', () => {
  it('counts every verdict, those that never came too', () => {
    const results = (['pass', 'fail', 'pass', 'not_applicable'] as const).map((verdict) => ({ verdict }))
    expect(summarize(results)).toEqual({ pass: 2, warn: 0, fail: 1, error: 0, not_applicable: 1 })
  })
})
