import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeMachine } from './open-file-tables.ts'

const uid = process.getuid?.() ?? 0
const PASSWD = [
  'root:x:0:0:root:/root:/bin/bash',
  '# a comment',
  '',
  'broken:x:zero:0::/:/bin/sh',
  'short:x:7',
  'alice:x:1000:1000:Alice:/home/alice:/bin/bash',
  'neg:x:4294967294:65534::/nonexistent:/bin/false',
  ...(uid === 0 ? [] : [`me:x:${uid}:${uid}::/home/me:/bin/sh`]),
].join('\n')
const HOME = uid === 0 ? '/root' : '/home/me'

describe('users', () => {
  it('leaves out what is no entry', () => {
    const { query } = makeMachine({ '/etc/passwd': PASSWD })
    expect(query("SELECT username FROM users WHERE username <> 'me'").map(({ username }) => username)).toEqual([
      'root',
      'alice',
      'neg',
    ])
  })

  it('finds users by name and by uid', () => {
    const { query } = makeMachine({ '/etc/passwd': PASSWD })
    expect(query("SELECT uid FROM users WHERE username = 'alice'")).toEqual([{ uid: '1000' }])
    expect(query('SELECT username FROM users WHERE uid = 4294967294')).toEqual([{ username: 'neg' }])
    expect(query('SELECT username FROM users WHERE uid IN (1000, 0, 5)')).toHaveLength(2)
  })

  it('takes a hundred thousand lines', () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `u${i}:x:${i}:${i}:User ${i}:/home/u${i}:/bin/sh`)
    const { query } = makeMachine({ '/etc/passwd': lines.join('\n') })
    expect(query('SELECT count(*) AS n FROM users WHERE uid >= 50000')).toEqual([{ n: '50000' }])
  })

  it('says that remote users need osquery', () => {
    const { query } = makeMachine({ '/etc/passwd': PASSWD })
    expect(() => query('SELECT * FROM users WHERE include_remote = 1')).toThrow('include_remote needs osquery')
  })

  it('names the cause when the file cannot be read', () => {
    const { root, query } = makeMachine({})
    mkdirSync(join(root, 'etc/passwd'), { recursive: true })
    expect(() => query('SELECT * FROM users')).toThrow('cannot read /etc/passwd: it is a directory')
  })
})

describe('user_groups', () => {
  it('joins users and groups by either id', () => {
    const { query } = makeMachine({
      '/etc/passwd': PASSWD,
      '/etc/group': 'root:x:0:\nsudo:x:27:alice,alice\nalice:x:1000:alice\ncut:x:8\n',
    })
    expect(
      query(`SELECT username, groupname FROM user_groups ug JOIN users u ON u.uid = ug.uid
        JOIN groups g ON g.gid = ug.gid WHERE groupname = 'sudo'`),
    ).toEqual([{ username: 'alice', groupname: 'sudo' }])
    expect(query('SELECT gid FROM user_groups WHERE uid = 1000')).toEqual([{ gid: '1000' }, { gid: '27' }])
    expect(query("SELECT gid FROM groups WHERE groupname = 'cut'")).toEqual([{ gid: '8' }])
  })
})

describe('shadow', () => {
  it('finds one user, and leaves out lines cut short', () => {
    const { query } = makeMachine({ '/etc/shadow': 'a:*:1:0:9:7:::\nb:!:1:0\nc:$y$x$y:::::::\n' })
    expect(query("SELECT username, hash_alg FROM shadow WHERE username IN ('b', 'c')")).toEqual([
      { username: 'c', hash_alg: 'y' },
    ])
  })
})

describe('a table of files in homes', () => {
  const files = {
    '/etc/passwd': PASSWD,
    '/home/alice/.ssh/authorized_keys': 'ssh-rsa AAAA alice\nsk-ssh-ed25519@openssh.com AAAA key\n',
    '/home/alice/.ssh/config': 'Host x\n\tPort 22\n',
    [`${HOME}/.ssh/authorized_keys2`]: 'from="a, b" ecdsa-sha2-nistp256   BBBB\n',
    [`${HOME}/.ssh/known_hosts`]: 'host key\n',
  }

  it('answers for the current user when no uid is given', () => {
    const { query } = makeMachine(files)
    expect(query('SELECT * FROM authorized_keys')).toEqual([
      {
        uid: `${uid}`,
        algorithm: 'ecdsa-sha2-nistp256',
        key: 'BBBB',
        options: 'from="a, b"',
        comment: '',
        key_file: `${HOME}/.ssh/authorized_keys2`,
      },
    ])
    expect(query('SELECT key FROM known_hosts')).toEqual([{ key: 'host key' }])
  })

  it('answers for every user in a join', () => {
    const { query } = makeMachine(files)
    const keys = query('SELECT username, key FROM users JOIN authorized_keys USING (uid)')
    expect(keys).toContainEqual({ username: 'alice', key: 'AAAA' })
    expect(keys).toHaveLength(2)
    expect(query('SELECT block, option FROM ssh_configs WHERE uid = 1000')).toEqual([
      { block: 'host x', option: 'port 22' },
    ])
  })
})
