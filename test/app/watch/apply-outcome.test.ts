import { describe, expect, it } from 'vitest'
import { applyOutcome, type WatchState } from '../../../src/app/watch/apply-outcome.ts'
import type { Died } from '../../../src/app/watch/evaluation-process.ts'
import type { Evaluated, Outcome } from '../../../src/app/watch/protocol.ts'
import { NO_RECORD } from '../../../src/app/watch/watch-record.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const BEGIN: WatchState = { record: NO_RECORD, content: new Uint8Array([1]), failures: 0, warnings: [] }
const FOUND: Evaluated = {
  kind: 'evaluated',
  judged: 2,
  changes: [],
  plan: [],
  suspects: {},
  quarantined: [],
  owed: [],
  warnings: ['a socket is not used'],
}
const LOST: Evaluated = {
  ...FOUND,
  judged: 0,
  owed: ['one'],
  lost: { message: 'nobody serves the socket', hint: 'start it' },
}

/** Applies one outcome after another, a second apart. */
function applyAll(outcomes: readonly (Outcome | Died)[], wish = { reload: false, all: false }) {
  const lines: string[] = []
  let state = BEGIN
  let pending: unknown
  outcomes.forEach((outcome, index) => {
    const applied = applyOutcome(state, outcome, {
      now: NOW + index * 1000,
      took: 500,
      wish,
      delayOf: (failures) => failures * 10,
      log: (level, event, message) => lines.push(`${level} ${event} ${message}`),
    })
    state = applied.state
    pending = applied.pending
  })
  return { state, pending, lines }
}

describe('what an evaluation changes', () => {
  it('keeps since when the source is lost, waits longer each time, and begins anew when it answers', () => {
    const { record } = applyAll([FOUND, LOST, LOST]).state
    expect(record).toMatchObject({ lost: { since: NOW + 1000, hint: 'start it' }, retryAt: NOW + 2020, owed: ['one'] })
    const back = applyAll([LOST, LOST, FOUND])
    expect(back.state).toMatchObject({ failures: 0, record: { lost: null, retryAt: null, owed: [] } })
    expect(back.lines).toContain('info source the source answers again, after 2.0 s')
  })

  it('writes one line for each attempt, and a warning once', () => {
    expect(applyAll([LOST, LOST, LOST]).lines.filter((line) => line.startsWith('error'))).toHaveLength(3)
    expect(applyAll([FOUND, FOUND, FOUND]).lines.filter((line) => line.startsWith('warning'))).toHaveLength(1)
  })

  it('keeps the checks in use when others are wrong, and what was wished for', () => {
    const { state, pending } = applyAll([{ kind: 'unsound', message: 'a.yaml:1: no' }], { reload: true, all: true })
    expect(state.content).toBe(BEGIN.content)
    expect(state.record.unsound).toEqual({ since: NOW, message: 'a.yaml:1: no' })
    expect(pending).toEqual({ reload: false, all: true })
  })

  it('holds the end of the process against a check that was asked alone, up to quarantine', () => {
    const died: Died = { kind: 'died', message: 'the process that evaluates ended with SIGKILL', asking: { one: 'v1' } }
    const { state, lines } = applyAll([died, died, died])
    expect(state.record.suspects.one).toMatchObject({ failures: 3, until: NOW + 2000 + 3_600_000 })
    expect(lines[0]).toContain('ended with SIGKILL while one was asked')
  })

  it('has each of many asked alone when the process ended amid them, without blame', () => {
    const asking = { one: 'v1', two: 'v1' }
    const { record } = applyAll([{ kind: 'died', message: 'it ended', asking }], { reload: true, all: false }).state
    expect(Object.values(record.suspects).map(({ failures, until }) => [failures, until])).toEqual([
      [0, null],
      [0, null],
    ])
  })

  it('keeps the last ten errors, and tries again after any failure', () => {
    const failed: Outcome = { kind: 'failed', message: 'the disk is full' }
    const { state, pending } = applyAll(
      Array.from({ length: 12 }, () => failed),
      { reload: true, all: false },
    )
    expect(state.record.errors).toHaveLength(10)
    expect(state.record.retryAt).toBe(NOW + 11_000 + 120)
    expect(pending).toEqual({ reload: true, all: false })
  })
})
