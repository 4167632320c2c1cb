import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findOsquery } from '../../src/osquery/find-osquery.ts'
import { startPrivateOsqueryi } from '../../src/osquery/private-osqueryi.ts'
import { makeFolder } from './real-sockets.ts'

interface Started {
  readonly pid: number
  readonly flags: string[]
  readonly home: string
}

/** An executable of that name which behaves as told, and what it was started with. */
async function makeProgram(mode: string, name = 'osqueryi'): Promise<{ program: string; started: () => Started }> {
  const folder = await makeFolder()
  const program = join(folder, name)
  const log = join(folder, 'log')
  const script = join(import.meta.dirname, 'stand-in-osqueryi.ts')
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${script}' '${log}' ${mode} "$@"\n`)
  await chmod(program, 0o755)
  return { program, started: () => JSON.parse(readFileSync(log, 'utf8').trim()) }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const socketOf = ({ flags }: Started): string =>
  flags.find((flag) => flag.startsWith('--extensions_socket='))!.slice('--extensions_socket='.length)

describe('a private osqueryi', () => {
  it('answers queries, and leaves neither process nor folder behind', async () => {
    const { program, started } = await makeProgram('serves')
    const source = await startPrivateOsqueryi(program)
    expect(source.info).toEqual({
      kind: 'osqueryi',
      path: program,
      version: '5.23.0',
      preview: false,
      reportsUnreadable: false,
    })
    expect(await source.query('SELECT 1')).toEqual([{ sql: 'SELECT 1' }])
    const socket = socketOf(started())
    expect(socket.length).toBeLessThanOrEqual(97)
    expect((await stat(dirname(socket))).mode & 0o777).toBe(0o700)
    expect(runs(started().pid)).toBe(true)
    await source.close()
    expect(runs(started().pid)).toBe(false)
    expect(existsSync(dirname(socket))).toBe(false)
  })

  it("neither reads the host's configuration nor writes to its home", async () => {
    const { program, started } = await makeProgram('serves')
    const source = await startPrivateOsqueryi(program)
    const { flags, home } = started()
    const folder = dirname(socketOf(started()))
    for (const name of ['flagfile', 'config_path', 'extensions_autoload', 'database_path', 'logger_path']) {
      expect(
        flags.find((flag) => flag.startsWith(`--${name}=${folder}`)),
        name,
      ).toBeDefined()
    }
    expect(flags).toContain('--nodisable_extensions')
    expect(flags).not.toContain('-S')
    if (process.platform === 'linux') expect(home).toBe(folder)
    await source.close()
  })

  it('starts osqueryd as a shell', async () => {
    const { program, started } = await makeProgram('serves', 'osqueryd')
    const source = await startPrivateOsqueryi(program)
    expect(started().flags[0]).toBe('-S')
    await source.close()
  })

  it('is killed when it does not end by itself', async () => {
    const { program, started } = await makeProgram('stubborn')
    const source = await startPrivateOsqueryi(program, { stopTimeout: 50 })
    await source.close()
    expect(runs(started().pid)).toBe(false)
  })

  it('that dies at once is an error with what it said', async () => {
    const { program } = await makeProgram('dies')
    await expect(startPrivateOsqueryi(program)).rejects.toMatchObject({
      failure: 'gone',
      message: `${program} ended with code 1; it said: unknown command line flag 'nodisable_extensions'`,
    })
  })

  it('that never opens its socket is an error with what it said, and is ended', async () => {
    const { program, started } = await makeProgram('idle')
    await expect(startPrivateOsqueryi(program, { startTimeout: 3_000, stopTimeout: 50 })).rejects.toMatchObject({
      failure: 'timeout',
      message: expect.stringContaining('it said: still thinking'),
    })
    expect(runs(started().pid)).toBe(false)
    expect(existsSync(dirname(socketOf(started())))).toBe(false)
  })

  it('that cannot be started is an error', async () => {
    await expect(startPrivateOsqueryi('/nonexistent/osqueryi')).rejects.toMatchObject({
      failure: 'gone',
      message: expect.stringContaining('cannot be started'),
    })
  })

  it('that dies during the run makes queries fail as gone', async () => {
    const { program, started } = await makeProgram('serves')
    const source = await startPrivateOsqueryi(program)
    process.kill(started().pid, 'SIGKILL')
    await expect(source.query('SELECT 1')).rejects.toMatchObject({ failure: 'gone' })
    await source.close()
  })
})

describe('finding osquery', () => {
  it('takes osqueryi before osqueryd, the PATH before the usual places', async () => {
    const folder = await makeFolder()
    const [onPath, usual] = [join(folder, 'path'), join(folder, 'usual')]
    await mkdir(onPath)
    await mkdir(usual)
    const find = (): Promise<string | undefined> => findOsquery({ path: `.:${onPath}`, places: [usual] })
    expect(await find()).toBeUndefined()
    await writeFile(join(onPath, 'osqueryi'), '')
    expect(await find()).toBeUndefined()
    await writeFile(join(onPath, 'osqueryd'), '', { mode: 0o755 })
    expect(await find()).toBe(join(onPath, 'osqueryd'))
    await writeFile(join(usual, 'osqueryi'), '', { mode: 0o755 })
    expect(await find()).toBe(join(usual, 'osqueryi'))
    await chmod(join(onPath, 'osqueryi'), 0o755)
    expect(await find()).toBe(join(onPath, 'osqueryi'))
  })
})
