import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { until } from '../osquery/real-sockets.ts'
import { makeFolder, startChecks } from './run-checks.ts'
import { writeChecks } from './write-checks.ts'

const STAND_IN = join(import.meta.dirname, '..', 'osquery', 'stand-in-osqueryi.ts')

/** Starts a run with an osqueryi that never answers, and waits until it is asked. */
async function startHangingRun() {
  const folder = makeFolder()
  const [bin, temporary, log] = ['bin', 'tmp', 'log'].map((name) => join(folder, name)) as [string, string, string]
  mkdirSync(bin)
  mkdirSync(temporary)
  const program = join(bin, 'osqueryi')
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${STAND_IN}' '${log}' hangs "$@"\n`)
  chmodSync(program, 0o755)
  const child = startChecks(['run', '--timeout', '60', ...writeChecks({ one: 'SELECT 1 AS passed' })], {
    env: { PATH: `${bin}:${process.env.PATH}`, TMPDIR: temporary, KEELSON_SOURCE: 'osqueryi' },
  })
  await until(() => existsSync(log) && readFileSync(log, 'utf8').includes('asked'))
  const { pid }: { pid: number } = JSON.parse(readFileSync(log, 'utf8').split('\n')[0] as string)
  return { child, pid, left: () => readdirSync(temporary) }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a run with a private osqueryi', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ended by %s leaves neither its folder nor its process behind', async (signal, code) => {
    const { child, pid, left } = await startHangingRun()
    expect(left()).toEqual([expect.stringMatching(/^keelson-/)])
    expect(runs(pid)).toBe(true)
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([code, null])
    expect(left()).toEqual([])
    await until(() => !runs(pid))
  })
})
