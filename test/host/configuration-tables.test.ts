import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Host } from '../../src/host/host.ts'
import { makeMachine, openFileTables, readVectors, type TextRow } from './open-file-tables.ts'

const BUNDLE = '/etc/ssl/certs/ca-certificates.crt'
const recorded = readVectors<Record<string, { rows: TextRow[] }>>('tables.json')

describe('sudoers', () => {
  it('follows relative and quoted-out includes', () => {
    const { query } = makeMachine({
      '/etc/sudoers': '@include extra\n#includedir\n@includedir sudoers.d\nlast ALL=ALL \\\n',
      '/etc/extra': '#1000 ALL=ALL\nx ALL=ALL\n',
      '/etc/sudoers.d/b': 'b ALL=ALL\n',
      '/etc/sudoers.d/a': 'a ALL=ALL\n',
    })
    expect(query('SELECT source, header, rule_details AS rule FROM sudoers')).toEqual([
      { source: '/etc/sudoers', header: '@include', rule: 'extra' },
      { source: '/etc/extra', header: 'x', rule: 'ALL=ALL' },
      { source: '/etc/sudoers', header: '@includedir', rule: 'sudoers.d' },
      { source: '/etc/sudoers.d/a', header: 'a', rule: 'ALL=ALL' },
      { source: '/etc/sudoers.d/b', header: 'b', rule: 'ALL=ALL' },
      { source: '/etc/sudoers', header: 'last', rule: 'ALL=ALL \\' },
    ])
  })

  it('refuses files that include each other', () => {
    const { query } = makeMachine({ '/etc/sudoers': '@include /etc/sudoers\n' })
    expect(() => query('SELECT * FROM sudoers')).toThrow('more than 128 deep')
  })

  it('has no rows on a machine without sudo', () => {
    expect(makeMachine({}).query('SELECT * FROM sudoers')).toEqual([])
  })
})

describe('crontab', () => {
  it('reads every folder of crontabs, without folders and dot files in them', () => {
    const { query } = makeMachine({
      '/etc/cron.d/job': '1 2 3 4 5 root run\n',
      '/etc/cron.d/.placeholder': '1 2 3 4 5 root no\n',
      '/var/spool/cron/crontabs/bob': '@daily backup  now\n',
    })
    expect(query('SELECT path, event, command FROM crontab')).toEqual([
      { path: '/etc/cron.d/job', event: '', command: 'root run' },
      { path: '/var/spool/cron/crontabs/bob', event: '@daily', command: 'backup now' },
    ])
  })
})

describe('dns_resolvers', () => {
  it('falls back to this machine and its domain without a file', () => {
    const { query } = makeMachine({ '/proc/sys/kernel/hostname': 'web1.example.com\n' })
    expect(query('SELECT type, address, options FROM dns_resolvers')).toEqual([
      { type: 'nameserver', address: '127.0.0.1', options: '705' },
      { type: 'search', address: 'example.com', options: '705' },
    ])
  })
})

describe('certificates', () => {
  it.runIf(existsSync(BUNDLE))('describes an authority as osquery did', ({ skip }) => {
    const query = openFileTables(new Host())
    const [expected] = recorded.certificates?.rows ?? []
    const rows = query(`SELECT * FROM certificates WHERE path = '${BUNDLE}' AND common_name = 'ACCVRAIZ1'`)
    if (rows.length === 0) skip('this machine does not trust ACCVRAIZ1')
    expect(rows).toEqual([expected])
  })

  it('writes names as OpenSSL does', () => {
    const { root, query } = makeMachine({ '/x': '' })
    const subject = '/C=DE/O=Größe, "Q"/CN=a\\/b/OU=one+L=two/1.2.3.4=odd'
    const request = ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-keyout', 'k', '-out', 'c.pem', '-multivalue-rdn']
    execFileSync('openssl', [...request, '-utf8', '-subj', subject], { cwd: root, stdio: 'ignore' })
    const [row] = query("SELECT * FROM certificates WHERE path = '/c.pem'")
    expect(row).toMatchObject({ common_name: 'a/b', key_algorithm: 'ED25519', signing_algorithm: 'ED25519' })
    expect(row?.subject2).toContain('C = DE, O = "Gr\\C3\\B6\\C3\\9Fe, \\"Q\\"", CN = a/b, ')
    expect(row?.subject).toContain('/C=DE/O=Gr\\xC3\\xB6\\xC3\\x9Fe, "Q"/CN=a\\/b/')
  })

  it('names the certificate that cannot be read', () => {
    const { query } = makeMachine({ '/c.pem': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' })
    expect(() => query("SELECT * FROM certificates WHERE path = '/c.pem'")).toThrow('certificate 1 of /c.pem')
  })

  it('has no rows for a file that is not there', () => {
    expect(makeMachine({}).query("SELECT * FROM certificates WHERE path = '/none'")).toEqual([])
  })
})

const hasAugtool = ['/usr/bin/augtool', '/usr/local/bin/augtool'].some((path) => existsSync(path))
const AUGEAS_FILES = {
  '/etc/hosts': '127.0.0.1 localhost\n',
  '/etc/login.defs': '# <first> & "second"\n# third\nUMASK 022\n',
}

describe('augeas', () => {
  it('says what to install where there is no augtool', () => {
    const { root } = makeMachine(AUGEAS_FILES)
    const query = openFileTables(new Host(root, { PATH: '/nowhere' }))
    expect(() => query('SELECT * FROM augeas')).toThrow('augeas needs augtool: install augeas-tools')
  })

  it.runIf(hasAugtool)('reads one file as osquery did', () => {
    const { query } = makeMachine(AUGEAS_FILES)
    const ofHosts = (recorded.augeas?.rows ?? []).filter(({ path }) => path === '/etc/hosts')
    expect(query("SELECT * FROM augeas WHERE path = '/etc/hosts'")).toEqual(ofHosts)
    expect(
      query("SELECT node, label, value FROM augeas WHERE path = '/etc/login.defs' AND label = '#comment'"),
    ).toEqual([
      { node: '/files/etc/login.defs/#comment[1]', label: '#comment', value: '<first> & "second"' },
      { node: '/files/etc/login.defs/#comment[2]', label: '#comment', value: 'third' },
    ])
  })

  it.runIf(hasAugtool)('finds nodes by expression and by pattern', () => {
    const { query } = makeMachine(AUGEAS_FILES)
    const values = (where: string) => query(`SELECT value FROM augeas WHERE ${where}`).map(({ value }) => value)
    expect(values("node = '/files/etc/login.defs/UMASK'")).toEqual(['022'])
    expect(values("node LIKE '/files/etc/hosts/1/%'")).toEqual(['127.0.0.1', 'localhost'])
    expect(values("path LIKE '/etc/%%' AND label = 'canonical'")).toEqual(['localhost'])
    expect(values("label = 'UMASK'")).toEqual(['022'])
  })

  it.runIf(hasAugtool)('has no rows for a missing file, and none for one without a lens', () => {
    const { query } = makeMachine({ '/etc/unheard-of.rc': 'x' })
    expect(query("SELECT * FROM augeas WHERE path IN ('/etc/unheard-of.rc', '/etc/missing')")).toEqual([])
  })

  it.runIf(hasAugtool)('names the file and line that its lens cannot read', () => {
    const { root, query } = makeMachine({ '/etc/fstab': 'only one\n' })
    mkdirSync(join(root, 'etc/ssh'))
    const message = /augeas cannot read \/etc\/fstab: .*\(line 1\)/
    expect(() => query("SELECT * FROM augeas WHERE path = '/etc/fstab'")).toThrow(message)
    expect(query("SELECT * FROM augeas WHERE path LIKE '/etc/fst%'")).toEqual([])
    expect(() => query("SELECT * FROM augeas WHERE node = '/files/etc/fstab/1'")).toThrow(message)
    expect(query("SELECT * FROM augeas WHERE path LIKE '/etc/ssh/%'")).toEqual([])
  })

  it.runIf(hasAugtool)('passes no second command on', () => {
    const { query } = makeMachine(AUGEAS_FILES)
    expect(() => query("SELECT * FROM augeas WHERE node = '/files' || char(10) || 'quit'")).toThrow('line break')
    expect(query(`SELECT * FROM augeas WHERE node = '/files" "x'`)).toEqual([])
    expect(query(`SELECT value FROM augeas WHERE node = '/files/etc/hosts/*[canonical="localhost"]/ipaddr'`)).toEqual(
      [],
    )
    expect(() => query("SELECT * FROM augeas WHERE node = '/files/[etc'")).toThrow('augtool failed')
  })
})
