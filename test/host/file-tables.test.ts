import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expandFolderPattern, expandPathPattern } from '../../src/host/path-pattern.ts'
import { makeMachine } from './open-file-tables.ts'

const paths = (rows: { path?: string }[]) => rows.map(({ path }) => path)

describe('a path pattern', () => {
  it('reads brackets, questions and backslashes as the shell does', () => {
    const { host } = makeMachine({ '/d/a1': '', '/d/b1': '', '/d/[x]': '', '/d/c?': '', '/d/*': '' })
    expect(expandPathPattern(host, '/d/[ab]%')).toEqual(['/d/a1', '/d/b1'])
    expect(expandPathPattern(host, '/d/[!a]1')).toEqual(['/d/b1'])
    expect(expandPathPattern(host, '/d/?1')).toEqual(['/d/a1', '/d/b1'])
    expect(expandPathPattern(host, '/d/\\[x\\]')).toEqual(['/d/[x]'])
    expect(expandPathPattern(host, '/d/{a,b}1')).toEqual(['/d/a1', '/d/b1'])
    expect(expandPathPattern(host, '/d/\\%')).toEqual(['/d/*'])
  })

  it('finds dot files only when the dot is written', () => {
    const { host } = makeMachine({ '/d/.hid': '', '/d/seen': '' })
    expect(expandPathPattern(host, '/d/%')).toEqual(['/d/seen'])
    expect(expandPathPattern(host, '/d/.h%')).toEqual(['/d/.hid'])
    expect(expandPathPattern(host, '/d/.%')).toEqual(['/d/../', '/d/./', '/d/.hid'])
  })

  it('takes a file as a folder in no segment', () => {
    const { host } = makeMachine({ '/d/file': '' })
    expect(expandPathPattern(host, '/d/file/%')).toEqual([])
    expect(expandPathPattern(host, '/d/file/')).toEqual([])
    expect(expandPathPattern(host, '/d/%/x')).toEqual([])
  })

  it('ends where links lead in circles, with every real file found', () => {
    const { root, host } = makeMachine({ '/d/a/b/c/deep': '' })
    symlinkSync(join(root, 'd'), join(root, 'd/a/up'))
    const found = expandPathPattern(host, '/d/%%')
    expect(found).toContain('/d/a/b/c/deep')
    expect(found).toContain('/d/a/up/a/')
    expect(found).not.toContain('/d/a/up/a/up/')
  })

  it('takes folders below a %% of a directory once, without following links', () => {
    const { root, host } = makeMachine({ '/d/a/.hid/x': '' })
    symlinkSync(join(root, 'd/a'), join(root, 'd/link'))
    expect(expandFolderPattern(host, '/d/%%')).toEqual(['/d/a', '/d/a/.hid', '/d/link'])
    expect(expandFolderPattern(host, '/d/%')).toEqual(['/d/a/', '/d/link/'])
  })
})

describe('file', () => {
  it('describes sockets, links in circles and odd times', async () => {
    const { root, query } = makeMachine({ '/d/x': '' })
    symlinkSync('loop', join(root, 'd/loop'))
    const server = createServer().listen(join(root, 'd/s'))
    await new Promise((resolve) => server.once('listening', resolve))
    expect(query("SELECT filename, type, symlink FROM file WHERE directory = '/d'")).toEqual([
      { filename: 'loop', type: 'error', symlink: '1' },
      { filename: 's', type: 'socket', symlink: '0' },
      { filename: 'x', type: 'regular', symlink: '0' },
    ])
    await new Promise((resolve) => server.close(resolve))
  })

  it('names a folder with a slash at the end a dot', () => {
    const { query } = makeMachine({ '/d/e/x': '' })
    expect(query("SELECT path, directory, filename FROM file WHERE path LIKE '/d/%'")).toEqual([
      { path: '/d/e/', directory: '/d/e', filename: '.' },
    ])
  })

  it('keeps 64-bit numbers whole', () => {
    const { query } = makeMachine({ '/x': 'four' })
    expect(query("SELECT typeof(inode) AS t, size, length(mode) AS m FROM file WHERE path = '/x'")).toEqual([
      { t: 'integer', size: '4', m: '4' },
    ])
  })

  it('refuses another process’s namespace instead of answering nothing', () => {
    const { query } = makeMachine({ '/x': '' })
    expect(() => query("SELECT * FROM file WHERE path = '/x' AND pid_with_namespace = 7")).toThrow('needs osquery')
  })
})

describe('hash', () => {
  it('reads files larger than a chunk, and empty ones', () => {
    const { query } = makeMachine({ '/d/big': 'x'.repeat(3 << 20), '/d/none': '' })
    expect(query("SELECT path, md5, sha1 FROM hash WHERE path LIKE '/d/%'")).toEqual([
      { path: '/d/big', md5: 'c1887f0c970afa48194adf7f5c504696', sha1: expect.stringMatching(/^[0-9a-f]{40}$/) },
      { path: '/d/none', md5: 'd41d8cd98f00b204e9800998ecf8427e', sha1: 'da39a3ee5e6b4b0d3255bfef95601890afd80709' },
    ])
  })

  it('computes nothing that is not read', () => {
    const { query } = makeMachine({ '/d/x': '' })
    expect(query("SELECT path, directory FROM hash WHERE directory = '/d'")).toEqual([
      { path: '/d/x', directory: '/d' },
    ])
  })
})

describe('suid_bin', () => {
  it('finds set-id files below its folders and names their owners where they have names', () => {
    const uid = process.getuid?.() ?? 0
    const { root, query } = makeMachine({
      '/usr/bin/su': '',
      '/usr/bin/plain': '',
      '/tmp/deep/er/both': '',
      '/opt/away': '',
      '/etc/passwd': `someone:x:${uid}:0::/:/bin/sh\nagain:x:${uid}:0::/:/bin/sh\n`,
    })
    chmodSync(join(root, 'usr/bin/su'), 0o4755)
    chmodSync(join(root, 'tmp/deep/er/both'), 0o6755)
    chmodSync(join(root, 'opt/away'), 0o4755)
    symlinkSync('usr/bin', join(root, 'bin'))
    mkdirSync(join(root, 'usr/sbin'))
    symlinkSync('../bin/su', join(root, 'usr/sbin/alias'))
    const gid = `${process.getgid?.()}`
    expect(query('SELECT * FROM suid_bin')).toEqual([
      { path: '/bin/su', username: 'someone', groupname: gid, permissions: 'S' },
      { path: '/usr/bin/su', username: 'someone', groupname: gid, permissions: 'S' },
      { path: '/usr/sbin/alias', username: 'someone', groupname: gid, permissions: 'S' },
      { path: '/tmp/deep/er/both', username: 'someone', groupname: gid, permissions: 'SG' },
    ])
    expect(paths(query("SELECT path FROM suid_bin WHERE permissions LIKE '%G%'"))).toEqual(['/tmp/deep/er/both'])
  })
})
