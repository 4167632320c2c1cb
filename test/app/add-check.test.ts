import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type AddRequest, addCheck } from '../../src/app/add/add-check.ts'
import type { AddKind } from '../../src/app/add/kinds.ts'
import { openLibrary, openWorkbench, runChecks } from '../../src/app.ts'
import { makeConfig } from '../../src/config.ts'
import type { Source } from '../../src/core/source.ts'
import { EmbeddedEngine } from '../../src/host/embedded-engine.ts'
import { type Files, writeFiles as writeRoot } from '../library/files.ts'
import { HostSource } from '../library/host-source.ts'
import { SKELETONS } from '../library/skeleton.ts'
import { dpkgStatus, rpm, systemctl } from '../library/stand-ins.ts'
import { writeFiles } from '../scenarios/write-checks.ts'

const config = makeConfig({ library: false })

/** By its own process it is told whether osquery runs as root. */
const OWN_PROCESS: Files = Object.fromEntries(
  ['comm', 'stat', 'status'].map((file) => [
    `/proc/${process.pid}/${file}`,
    String(SKELETONS.debian[`/proc/1/${file}`]).replace(/^1 /, `${process.pid} `),
  ]),
)

function makeRoot(files: Files, system: 'debian' | 'rhel' = 'debian'): string {
  const root = mkdtempSync(join(tmpdir(), 'keelson-add-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  writeRoot(root, SKELETONS[system])
  writeRoot(root, { ...OWN_PROCESS, ...files })
  return root
}

const requestOf = (kind: AddKind, name: string, more: Partial<AddRequest> = {}): AddRequest => ({
  kind,
  name,
  now: Date.UTC(2026, 0, 31),
  ...more,
})

/** The verdict of a written check on a source, and how its own tests and lint speak of it. */
async function judge(text: string, source: Source) {
  const own = makeConfig({ library: false, checks: [writeFiles({ 'check.yaml': text })] })
  const library = openLibrary(own)
  const workbench = await openWorkbench(own, library)
  const [check] = library.checks
  const findings = [...library.diagnostics, ...library.checks.flatMap((each) => workbench.lint(each))]
  const tests = check!.tests.map((test) => workbench.test(check!, test).passed)
  const selection = { patterns: [], tags: [] }
  const report = await runChecks(source, workbench, { config: own, library, selection, all: true, clock: Date.now })
  return { findings, tests, verdicts: check!.tests.map(({ verdict }) => verdict), verdict: report.results[0]?.verdict }
}

const LISTENS = '0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1001 1 0 100 0 0 10 0\n'
const HEADING = 'sl local_address rem_address st tx_queue rx_queue tr tm->when retrnsmt uid timeout inode\n'

interface Flip {
  readonly kind: AddKind
  readonly name: string
  readonly more?: Partial<AddRequest>
  readonly system?: 'rhel'
  readonly before: Files
  readonly after: Files
  readonly id: string
  readonly found: string
}

const FLIPS: readonly Flip[] = [
  {
    kind: 'package',
    name: 'openssh-server',
    before: { '/var/lib/dpkg/status': dpkgStatus({ 'openssh-server': '1:9.2p1-2' }) },
    after: { '/var/lib/dpkg/status': dpkgStatus({}) },
    id: 'package-openssh-server-installed',
    found: 'openssh-server 1:9.2p1-2 is installed',
  },
  {
    kind: 'package',
    name: 'openssh-server',
    more: { atLeast: true },
    before: { '/var/lib/dpkg/status': dpkgStatus({ 'openssh-server': '1:9.2p1-2' }) },
    after: { '/var/lib/dpkg/status': dpkgStatus({ 'openssh-server': '1:8.4p1-5' }) },
    id: 'package-openssh-server-installed',
    found: 'openssh-server 1:9.2p1-2 is installed',
  },
  {
    kind: 'package',
    name: 'telnetd',
    before: { '/var/lib/dpkg/status': dpkgStatus({}) },
    after: { '/var/lib/dpkg/status': dpkgStatus({ telnetd: '1' }) },
    id: 'package-telnetd-absent',
    found: 'telnetd is not installed',
  },
  {
    kind: 'package',
    name: 'bash',
    system: 'rhel',
    before: rpm({ bash: '5.1.8-9.el9' }),
    after: rpm({}),
    id: 'package-bash-installed',
    found: 'bash 5.1.8 is installed',
  },
  {
    kind: 'service',
    name: 'ssh',
    before: { '/usr/bin/systemctl': systemctl({ 'ssh.service': {} }) },
    after: { '/usr/bin/systemctl': systemctl({ 'ssh.service': { file: 'disabled' } }) },
    id: 'service-ssh-service-running',
    found: 'ssh.service is active, enabled',
  },
  {
    kind: 'service',
    name: 'cups.socket',
    before: { '/usr/bin/systemctl': systemctl({}) },
    after: { '/usr/bin/systemctl': systemctl({ 'cups.socket': {} }) },
    id: 'service-cups-socket-stopped',
    found: 'cups.socket is not loaded',
  },
  {
    kind: 'file',
    name: '/etc/shells',
    before: {},
    after: { '/etc/shells': { text: '/bin/sh\n', mode: 0o666 } },
    id: 'file-etc-shells',
    found: '/etc/shells: regular, owner ',
  },
  {
    kind: 'file',
    name: '/etc/shells',
    more: { sha256: true },
    before: {},
    after: { '/etc/shells': '/bin/evil\n' },
    id: 'file-etc-shells',
    found: ', sha256 ',
  },
  {
    kind: 'file',
    name: '/etc/nologin',
    before: {},
    after: { '/etc/nologin': '' },
    id: 'file-etc-nologin-absent',
    found: 'there is no /etc/nologin',
  },
  {
    kind: 'port',
    name: '22/tcp',
    before: { '/proc/1/net/tcp': HEADING + LISTENS },
    after: { '/proc/1/net/tcp': HEADING },
    id: 'port-22-tcp-open',
    found: 'port 22/tcp listens on 0.0.0.0',
  },
  {
    kind: 'port',
    name: '22',
    before: { '/proc/1/net/tcp': HEADING },
    after: { '/proc/1/net/tcp': HEADING + LISTENS },
    id: 'port-22-tcp-closed',
    found: 'nothing listens on port 22/tcp',
  },
  {
    kind: 'user',
    name: 'alice',
    before: {},
    after: { '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nalice:x:0:1000:Alice:/home/alice:/bin/bash\n' },
    id: 'user-alice-as-found',
    found: 'user alice: uid 1000, gid 1000, home /home/alice, shell /bin/bash',
  },
  {
    kind: 'user',
    name: 'mallory',
    before: {},
    after: { '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nmallory:x:5:5:M:/:/bin/sh\n' },
    id: 'user-mallory-absent',
    found: 'no user mallory',
  },
  {
    kind: 'sysctl',
    name: 'net.ipv4.ip_forward',
    before: { '/proc/sys/net/ipv4/ip_forward': '0\n' },
    after: { '/proc/sys/net/ipv4/ip_forward': '1\n' },
    id: 'sysctl-net-ipv4-ip-forward',
    found: 'net.ipv4.ip_forward = 0',
  },
  {
    kind: 'module',
    name: 'usb-storage',
    before: {},
    after: { '/proc/modules': 'usb_storage 81920 0 - Live 0x0\n' },
    id: 'module-usb-storage-not-loaded',
    found: 'module usb_storage is not loaded',
  },
  {
    kind: 'module',
    name: 'ext4',
    before: {},
    after: { '/proc/modules': 'xfs 81920 0 - Live 0x0\n' },
    id: 'module-ext4-loaded',
    found: 'module ext4 is loaded',
  },
]

describe('a check written from what is found', () => {
  it.each(FLIPS)('holds of $kind $name, and no longer once that is changed: $found', async (flip) => {
    const root = makeRoot(flip.before, flip.system)
    const added = await addCheck(new HostSource(root, true), requestOf(flip.kind, flip.name, flip.more), config)
    expect(added.id).toBe(flip.id)
    expect(added.found).toContain(flip.found)
    const before = await judge(added.text, new HostSource(root, true))
    expect(before).toMatchObject({ findings: [], verdict: 'pass' })
    expect(before.tests.every(Boolean)).toBe(true)
    expect(new Set(before.verdicts)).toEqual(new Set(['pass', 'fail', 'error']))
    writeRoot(root, flip.after)
    expect(await judge(added.text, new HostSource(root, true))).toMatchObject({ verdict: 'fail' })
  })

  it.runIf(process.platform === 'linux')('holds on this very machine, on the embedded engine', async () => {
    const source = new EmbeddedEngine()
    onTestFinished(() => source.close())
    for (const [kind, name] of [
      ['file', '/etc/passwd'],
      ['file', '/no/such/file'],
      ['user', 'root'],
      ['sysctl', 'kernel.ostype'],
    ] as const) {
      // Where the tests do not run as root, what root alone can see is refused.
      const added = await addCheck(source, requestOf(kind, name), config).catch((error: unknown) => error)
      if (process.getuid?.() !== 0 && kind === 'file') continue
      expect(added, `${kind} ${name}`).toMatchObject({ text: expect.any(String) })
      expect(await judge((added as { text: string }).text, source)).toMatchObject({ findings: [], verdict: 'pass' })
    }
  })

  it('is not written where a table cannot be read', async () => {
    const root = makeRoot({ '/usr/bin/systemctl': null })
    await expect(addCheck(new HostSource(root, true), requestOf('service', 'ssh'), config)).rejects.toThrow(/systemctl/)
  })

  it.each([
    ['port', '0', /0 is no port/],
    ['port', '22/sctp', /22\/sctp is no port/],
    ['file', 'etc/passwd', /etc\/passwd is no whole path/],
    ['sysctl', 'no.such', /this kernel has no parameter no.such/],
  ] as const)('is refused for %s %s', async (kind, name, message) => {
    const source = new HostSource(makeRoot({}), true)
    await expect(addCheck(source, requestOf(kind, name), config)).rejects.toThrow(message)
  })

  it('takes names for names only, never for SQL or YAML', async () => {
    const source = new HostSource(makeRoot({}), true)
    const name = `x' OR 1=1 --\nid: evil`
    const { id, text } = await addCheck(source, requestOf('user', name), config)
    expect(id).toBe('user-x-or-1-1-id-evil-absent')
    expect(text).not.toMatch(/^id: evil/m)
    expect(await judge(text, source)).toMatchObject({ findings: [], verdict: 'pass' })
  })

  it('is of the platform that was named, or not written', async () => {
    const source = new HostSource(makeRoot({}), true)
    const request = requestOf('user', 'root', { platform: 'darwin' })
    await expect(addCheck(source, request, config)).rejects.toThrow('this machine is linux, not darwin')
  })

  it('reads well', async () => {
    const source = new HostSource(makeRoot({ '/proc/sys/kernel/dmesg_restrict': '1\n' }), true)
    const { text } = await addCheck(source, requestOf('sysctl', 'kernel.dmesg_restrict', { severity: 'low' }), config)
    const vector = join(import.meta.dirname, '..', 'vectors', 'exchange', 'added-sysctl.yaml')
    expect(text).toBe(readFileSync(vector, 'utf8'))
  })
})
