import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../osquery/real-sockets.ts'
import { makeFolder, runChecks, runForReport, startChecks, verdictsOf } from './run-checks.ts'
import {
  askManager,
  extensionSockets,
  listedUuid,
  startExtension,
  startManager,
  untilListed,
  withClient,
} from './start-extension.ts'
import { onlyChecks, writeCheck, writeFiles } from './write-checks.ts'

const isRoot = process.getuid?.() === 0

const makeSocket = () => join(makeFolder(), 'q.em')

async function serveBoth(args: readonly string[] = [], env: Record<string, string> = {}) {
  const socket = makeSocket()
  const manager = await startManager(socket)
  const extension = startExtension(socket, args, { env })
  const uuid = await untilListed(socket)
  return { socket, manager, extension, uuid, ask: (sql: string) => askManager(socket, sql) }
}

describe('checks extension', { timeout: 60_000 }, () => {
  it('serves what is known of compliance, and tables of the machine, into osquery', async () => {
    const state = join(makeFolder(), 'state.db')
    const broken = writeCheck('broken', 'SELECT 0 AS passed, uid FROM users WHERE uid = 0')
    await runChecks(['run', '--state', state, ...onlyChecks({ 'a.yaml': broken })])
    const { ask, socket, uuid } = await serveBoth(['--state', state])

    expect((await ask("SELECT check_id, title FROM compliance_status WHERE verdict = 'fail'")).rows).toEqual([
      { check_id: 'broken', title: 'About broken' },
    ])
    const ledger = await ask('SELECT sequence FROM compliance_events WHERE sequence > 1 AND sequence < 3')
    expect(ledger.rows).toEqual([{ sequence: '2' }])
    expect((await ask('SELECT id FROM compliance_checks')).rows).toEqual([{ id: 'broken' }])

    const folder = writeFiles({ 'a.conf': 'one\ntwo\n', 'b.conf': 'three\n', 'c.txt': 'no\n' })
    const lines = async (where: string) =>
      (await ask(`SELECT line FROM file_lines WHERE ${where}`)).rows.map(({ line }) => line).sort()
    expect(await lines(`path = '${folder}/a.conf'`)).toEqual(['one', 'two'])
    expect(await lines(`path LIKE '${folder}/%.conf'`)).toEqual(['one', 'three', 'two'])
    expect(await lines(`path IN ('${folder}/c.txt', '${folder}/b.conf')`)).toEqual(['no', 'three'])
    expect(await lines(`path = '${folder}/a.conf' OR path LIKE '${folder}/b%'`)).toEqual(['one', 'three', 'two'])
    expect((await ask('SELECT line FROM file_lines')).message).toMatch(/without a required column/)

    expect(statSync(`${socket}.${uuid}`).mode & 0o777).toBe(0o600)
  })

  it('passes on why a table cannot be read', async () => {
    const { ask } = await serveBoth(['--state', '/nowhere/state.db'])
    expect((await ask('SELECT * FROM compliance_status')).message).toContain('there is no state at /nowhere/state.db')
    const folder = writeFiles({ large: new Uint8Array(5 << 20) })
    const { message } = await ask(`SELECT 1 FROM file_lines WHERE path = '${folder}/large'`)
    expect(message).toBe(`${folder}/large is larger than 4 MiB: file_lines does not read it`)
  })

  it('lets checks be judged that an osquery without it cannot judge, which names what is needed', async () => {
    const folder = writeFiles({ conf: 'secure = yes\n' })
    const only = onlyChecks({
      'a.yaml': writeCheck(
        'secure',
        `SELECT line = 'secure = yes' AS passed FROM file_lines WHERE path = '${folder}/conf'`,
      ),
      'b.yaml': writeCheck('plain', "SELECT username = 'root' AS passed FROM users WHERE uid = 0"),
    })
    const socket = makeSocket()
    await startManager(socket)
    const without = await runForReport(['--socket', socket, ...only])
    expect(verdictsOf(without.report)).toEqual({ plain: 'pass', secure: 'error' })
    expect(without.report.results.find(({ check }) => check === 'secure')?.error).toContain(
      'needs the Keelson extension',
    )
    startExtension(socket)
    await untilListed(socket)
    const loaded = await runForReport(['--socket', socket, ...only])
    expect(verdictsOf(loaded.report)).toEqual({ plain: 'pass', secure: 'pass' })
  })

  it('answers pings while a table takes long', async () => {
    const programs = makeFolder()
    const go = join(programs, 'go')
    const script = `#!/bin/sh\ntouch ${programs}/running\nwhile ! [ -e ${go} ]; do sleep 0.05; done\necho port 22\n`
    writeFileSync(join(programs, 'sshd'), script, { mode: 0o755 })
    const { socket, uuid, ask } = await serveBoth([], { PATH: `${programs}:${process.env.PATH}` })
    const query = ask('SELECT * FROM sshd_effective_config')
    await until(() => statSync(`${programs}/running`, { throwIfNoEntry: false }) !== undefined)
    expect(await withClient(`${socket}.${uuid}`, (client) => client.ping())).toMatchObject({ code: 0, uuid })
    writeFileSync(go, '')
    expect((await query).rows).toEqual([{ option: 'port', value: '22' }])
    expect(await listedUuid(socket)).toBe(uuid)
  })

  it('waits for the socket, and gives up after its timeout', async () => {
    const socket = makeSocket()
    const early = startExtension(socket)
    await startManager(socket)
    await untilListed(socket)
    early.child.kill('SIGTERM')
    const missing = makeSocket()
    const late = startExtension(missing, ['--timeout', '0.3'])
    expect(await late.ended).toBe(2)
    expect(late.said()).toContain(`there is no ${missing}: osquery is not running`)
  })

  it('registers again when osquery no longer lists it', async () => {
    const { socket, uuid, ask } = await serveBoth()
    await withClient(socket, (client) => client.deregisterExtension(uuid))
    await untilListed(socket, uuid)
    expect((await ask("SELECT line FROM file_lines WHERE path = '/etc/passwd' AND number = 1")).rows).toHaveLength(1)
    expect(extensionSockets(socket)).toHaveLength(1)
  })

  it('comes back when osquery was killed and starts again', async () => {
    const { socket, manager, extension } = await serveBoth()
    manager.kill('SIGKILL')
    await until(() => manager.signalCode !== null)
    await startManager(socket)
    await untilListed(socket)
    expect((await askManager(socket, 'SELECT count(*) > 0 AS some FROM login_defs')).rows).toEqual([{ some: '1' }])
    expect(extension.child.exitCode).toBeNull()
  })

  it('ends when osquery stays away', async () => {
    const { socket, manager, extension } = await serveBoth(['--timeout', '0.5'])
    manager.kill('SIGKILL')
    expect(await extension.ended).toBe(2)
    expect(extension.said()).toMatch(/nobody|cannot connect|there is no|closed the connection|broke/)
    expect(extensionSockets(socket)).toEqual([])
  })

  it('killed itself, is replaced by another one at once', async () => {
    const { socket, uuid, extension, ask } = await serveBoth()
    extension.child.kill('SIGKILL')
    await extension.ended
    expect((await ask("SELECT line FROM file_lines WHERE path = '/etc/passwd'")).rows).toEqual([])
    const next = startExtension(socket)
    expect(await untilListed(socket, uuid)).not.toBe(uuid)
    expect((await ask("SELECT line FROM file_lines WHERE path = '/etc/passwd'")).rows.length).toBeGreaterThan(0)
    expect(next.child.exitCode).toBeNull()
    expect(extensionSockets(socket)).toHaveLength(1)
  })

  it('is loaded once', async () => {
    const { socket, uuid } = await serveBoth()
    const second = startExtension(socket)
    expect(await second.ended).toBe(3)
    expect(second.said()).toContain(`the extension keelson is already loaded, as ${uuid}`)
    expect(await listedUuid(socket)).toBe(uuid)
  })

  it('ends when osquery tells it to, and leaves no socket', async () => {
    const { socket, manager, extension } = await serveBoth()
    manager.kill('SIGTERM')
    expect(await extension.ended).toBe(0)
    expect(extension.said()).toContain('ended, as osquery told')
    expect(extensionSockets(socket)).toEqual([])
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('ends by %s, is no longer listed, and leaves no socket', async (signal) => {
    const { socket, extension, ask } = await serveBoth()
    extension.child.kill(signal)
    expect(await extension.ended).toBe(0)
    expect(extensionSockets(socket)).toEqual([])
    expect(await withClient(socket, (client) => client.extensions())).toEqual(new Map())
    expect((await ask('SELECT 1 AS n')).rows).toEqual([{ n: '1' }])
  })

  it('ends by a signal while a table takes long', async () => {
    const programs = writeFiles({})
    writeFileSync(join(programs, 'sshd'), `#!/bin/sh\ntouch ${programs}/running\nsleep 2\n`, { mode: 0o755 })
    const { extension, ask } = await serveBoth([], { PATH: `${programs}:${process.env.PATH}` })
    const query = ask('SELECT * FROM sshd_effective_config')
    await until(() => statSync(`${programs}/running`, { throwIfNoEntry: false }) !== undefined)
    extension.child.kill('SIGTERM')
    expect(await extension.ended).toBe(0)
    expect((await query).rows).toEqual([])
  })

  it('ends when it is lost and whoever started it is gone, since osqueryd then starts another one', async () => {
    const socket = makeSocket()
    await startManager(socket)
    const extension = startExtension(socket, [], { through: ['sh', '-c', '"$@" & wait', 'sh'] })
    const uuid = await untilListed(socket)
    extension.child.kill('SIGKILL')
    await withClient(socket, (client) => client.deregisterExtension(uuid))
    await extension.ended
    expect(extension.said()).toContain('whoever started this has ended')
    expect(extensionSockets(socket)).toEqual([])
  })

  it.runIf(isRoot)('takes no socket of another user', async () => {
    const socket = makeSocket()
    await startManager(socket)
    chownSync(socket, 65534, 65534)
    const refused = startExtension(socket)
    expect(await refused.ended).toBe(3)
    expect(refused.said()).toContain('the socket belongs to user 65534, neither to root nor to us')
    expect(await withClient(socket, (client) => client.extensions())).toEqual(new Map())
  })

  it('is started by the script that it prints, as osqueryd would start it', async () => {
    const folder = makeFolder()
    const state = join(folder, "it's here", 'state.db')
    mkdirSync(join(folder, "it's here"))
    const { stdout } = await runChecks(['extension', '--print-launcher', '--state', state])
    const script = join(folder, 'keelson.ext')
    writeFileSync(script, stdout, { mode: 0o755 })
    execFileSync('sh', ['-n', script])
    const socket = makeSocket()
    await startManager(socket)
    const { spawn } = await import('node:child_process')
    const child = spawn(script, ['--socket', socket, '--timeout', '3', '--interval', '3'], { env: {}, stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGTERM'))
    await untilListed(socket)
    expect((await askManager(socket, 'SELECT 1 FROM compliance_status')).message).toContain(`no state at ${state}`)
  })

  it('says what it needs', async () => {
    expect(await runChecks(['extension'])).toMatchObject({ code: 3, stderr: expect.stringContaining('--socket PATH') })
    const odd = await runChecks(['extension', '--socket', '/x', '--timeout', 'soon'])
    expect(odd).toMatchObject({ code: 3, stderr: expect.stringContaining('--timeout must be a number of seconds') })
  })

  it('refuses tables that osquery has already, with the words of osquery', async () => {
    const socket = makeSocket()
    const child = startChecks(['engine', '--socket', socket])
    await until(() => statSync(socket, { throwIfNoEntry: false }) !== undefined)
    const refused = startExtension(socket)
    expect(await refused.ended).toBe(3)
    expect(refused.said()).toMatch(/osquery refuses the extension: Failed adding registry: Duplicate registry item/)
    child.kill('SIGTERM')
  })
})
