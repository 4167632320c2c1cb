import { readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createRestingEngine } from '../../src/app/resting-engine.ts'
import { until } from '../osquery/real-sockets.ts'

const ASK = JSON.stringify({
  constraints: [{ name: 'path', list: [{ op: 2, expr: '/etc/passwd' }], affinity: 'TEXT' }],
})
const threads = () => readdirSync('/proc/self/task').length

describe('an engine that rests', () => {
  it('ends its thread when nobody has asked for a while, and starts it again for the next', async () => {
    // Node's own threads for files are counted from the start.
    await Promise.all(Array.from({ length: 20 }, () => readdir('/')))
    const before = threads()
    const engine = createRestingEngine(50)
    onTestFinished(() => engine.close())
    for (const _ of [1, 2]) {
      const answers = await Promise.all([1, 2, 3].map(() => engine.scan('file_lines', ASK, 10_000)))
      for (const rows of answers) expect(rows.length).toBeGreaterThan(0)
      expect(threads()).toBeGreaterThan(before)
      await until(() => threads() <= before)
    }
  })

  it('fails as the engine does, and goes on', async () => {
    const engine = createRestingEngine(10_000)
    onTestFinished(() => engine.close())
    await expect(engine.scan('nope', '', 10_000)).rejects.toMatchObject({ failure: 'sql' })
    expect((await engine.scan('file_lines', ASK, 10_000)).length).toBeGreaterThan(0)
  })
})
