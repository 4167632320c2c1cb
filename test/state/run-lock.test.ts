import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RunLock } from '../../src/state/run-lock.ts'
import { makeFolder } from './sample-ledger.ts'

const LOCK = new URL('../../src/state/run-lock.ts', import.meta.url).href

describe('the lock of a state', () => {
  it('is free again once it is released', async () => {
    const path = join(makeFolder(), 'state.db')
    for (let round = 0; round < 3; round++) (await RunLock.acquire(path)).release()
    expect(statSync(`${path}.lock`).mode & 0o777).toBe(0o600)
  })

  it('is held by one at a time, and the others wait without blocking anything', async () => {
    const path = join(makeFolder(), 'state.db')
    let [inside, most, told] = [0, 0, 0]
    const work = async () => {
      const lock = await RunLock.acquire(path, { onWait: () => told++ })
      most = Math.max(most, ++inside)
      await new Promise((done) => setTimeout(done, 30))
      inside--
      lock.release()
    }
    await Promise.all([work(), work(), work(), work()])
    expect(most).toBe(1)
    expect(told).toBe(3)
  })

  it('tells which process holds it, and is free when that one is killed', async () => {
    const path = join(makeFolder(), 'state.db')
    const { pid, kill } = await holdElsewhere(path)
    const holders: (number | undefined)[] = []
    const waiting = RunLock.acquire(path, {
      onWait: (holder) => {
        holders.push(holder)
        kill()
      },
    })
    const lock = await waiting
    expect(holders).toEqual([pid])
    lock.release()
  })

  it('can be given up waiting for', async () => {
    const path = join(makeFolder(), 'state.db')
    const lock = await RunLock.acquire(path)
    const stop = new AbortController()
    const waiting = RunLock.acquire(path, { signal: stop.signal, onWait: () => stop.abort(new Error('enough')) })
    await expect(waiting).rejects.toThrow('enough')
    lock.release()
    ;(await RunLock.acquire(path)).release()
  })

  it('cannot be where nothing can be written', async () => {
    const folder = makeFolder()
    writeFileSync(join(folder, 'file'), '')
    await expect(RunLock.acquire(join(folder, 'file', 'state.db'))).rejects.toMatchObject({ code: 'state/read-only' })
    mkdirSync(join(folder, 'state.db.lock'))
    await expect(RunLock.acquire(join(folder, 'state.db'))).rejects.toMatchObject({ code: 'state/read-only' })
  })
})

/** Another process that holds the lock until it is killed. */
async function holdElsewhere(path: string) {
  const program = `import { RunLock } from ${JSON.stringify(LOCK)}
await RunLock.acquire(${JSON.stringify(path)})
process.stdout.write('held')
setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return { pid: child.pid, kill: () => void child.kill('SIGKILL') }
}
