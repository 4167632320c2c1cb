import { chmod, chown, mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkOwner } from '../../src/osquery/check-owner.ts'
import { defaultSockets, findSocket } from '../../src/osquery/find-socket.ts'
import { serveManager } from '../../src/osquery/manager-server.ts'
import { makeFolder, serveRaw } from './real-sockets.ts'
import { openRecordedBackend } from './recorded-backend.ts'

const asRoot = process.getuid?.() === 0
const STRANGER = 54321

async function serve(folder: string, name = 'osquery.em'): Promise<string> {
  const path = join(folder, name)
  const manager = await serveManager(path, await openRecordedBackend())
  onTestFinished(() => manager.close())
  return path
}

describe("osquery's default sockets", () => {
  it('are those of each platform, the daemon before the shell', () => {
    const posix = ['/var/osquery/osquery.em', '/home/a/.osquery/shell.em']
    expect(defaultSockets('linux', '/home/a')).toEqual(posix)
    expect(defaultSockets('darwin', '/home/a')).toEqual(posix)
    expect(defaultSockets('freebsd', '/home/a')).toEqual(['/var/run/osquery.em', '/home/a/.osquery/shell.em'])
    expect(defaultSockets('win32', '')).toEqual(['\\\\.\\pipe\\osquery.em', '\\\\.\\pipe\\shell.em'])
  })
})

describe('finding a socket', () => {
  it('takes the first that answers', async () => {
    const path = await serve(await makeFolder())
    expect(await findSocket({ paths: ['/nonexistent/osquery.em', path] })).toEqual({ path })
  })

  it('finds nothing, and refuses nothing, where there is none', async () => {
    expect(await findSocket({ paths: ['/nonexistent/osquery.em'] })).toEqual({ refused: [] })
  })

  it('passes over a socket that nobody serves and one that is silent, and says so', async () => {
    const folder = await makeFolder()
    const stale = join(folder, 'stale.em')
    await leaveStaleSocket(stale)
    const { path: silent } = await serveRaw(join(folder, 'silent.em'), () => {})
    expect(await findSocket({ paths: [stale, silent], timeout: 50 })).toEqual({
      refused: [
        { path: stale, why: expect.stringContaining('nobody serves it') },
        { path: silent, why: expect.stringContaining('no answer to ping') },
      ],
    })
    const live = await serve(folder)
    expect(await findSocket({ paths: [stale, live], timeout: 50 })).toEqual({ path: live })
  })
})

describe('the owner check', () => {
  it('takes a socket and folder of our own', async () => {
    const path = await serve(await makeFolder())
    expect(await checkOwner(path)).toEqual({ path })
  })

  it('follows links to what is then connected to', async () => {
    const folder = await makeFolder()
    const path = await serve(folder)
    await symlink(path, join(folder, 'link.em'))
    await symlink(folder, join(folder, 'elsewhere'))
    expect(await checkOwner(join(folder, 'link.em'))).toEqual({ path })
    expect(await checkOwner(join(folder, 'elsewhere', 'osquery.em'))).toEqual({ path })
  })

  it('refuses a folder that others may write to, unless it is sticky', async () => {
    const folder = await makeFolder()
    const path = await serve(folder)
    await chmod(folder, 0o777)
    expect(await checkOwner(path)).toEqual({ why: expect.stringContaining('others may replace'), absent: false })
    await chmod(folder, 0o1777)
    expect(await checkOwner(path)).toEqual({ path })
  })

  it('refuses what is no socket, and tells what is absent', async () => {
    const file = join(await makeFolder(), 'file')
    await writeFile(file, '')
    expect(await checkOwner(file)).toEqual({ why: `${file} is not a socket`, absent: false })
    expect(await checkOwner('/nonexistent/osquery.em')).toMatchObject({ absent: true })
  })

  it("refuses another user's socket (told who we are)", async () => {
    const path = await serve(await makeFolder())
    if (asRoot) await chown(path, STRANGER, STRANGER)
    const verdict = await checkOwner(path, { uid: asRoot ? 0 : STRANGER })
    expect(verdict).toMatchObject({ why: expect.stringContaining('neither to root nor to us') })
  })

  it.skipIf(!asRoot)("refuses another user's folder (needs root, to give it away)", async () => {
    const folder = join(await makeFolder(), 'theirs')
    await mkdir(folder)
    const path = await serve(folder)
    await chown(folder, STRANGER, STRANGER)
    expect(await checkOwner(path)).toMatchObject({ why: expect.stringContaining(`user ${STRANGER}`) })
    expect(await findSocket({ paths: [path] })).toEqual({
      refused: [{ path, why: expect.stringContaining(`its folder ${folder} belongs to user ${STRANGER}`) }],
    })
  })

  it.skipIf(!asRoot)("refuses a folder that a group other than root's may write to (needs root)", async () => {
    const folder = await makeFolder()
    const path = await serve(folder)
    await chmod(folder, 0o770)
    expect(await checkOwner(path)).toEqual({ path })
    await chown(folder, 0, STRANGER)
    expect(await checkOwner(path)).toMatchObject({ why: expect.stringContaining('others may replace') })
  })

  it('lets pipes pass on Windows, whose owners Node cannot see', async () => {
    const path = '\\\\.\\pipe\\osquery.em'
    expect(await checkOwner(path, { platform: 'win32' })).toEqual({ path })
  })
})

/** A socket file without a server: one is listening elsewhere when its file is renamed, and then ends. */
async function leaveStaleSocket(path: string): Promise<void> {
  const { rename } = await import('node:fs/promises')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(`${path}-`, resolve))
  await rename(`${path}-`, path)
  await new Promise((resolve) => server.close(resolve))
}
