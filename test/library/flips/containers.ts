import type { Files, Flip } from '../flip.ts'

const DOCKER: Files = { '/usr/bin/dockerd': '' }
const DAEMON = '/etc/docker/daemon.json'
const GROUPS = 'root:x:0:\nalice:x:1000:\n'

const json = (check: string, fail: object, pass: object): Flip => ({
  check,
  base: DOCKER,
  fail: { [DAEMON]: JSON.stringify(fail) },
  pass: { [DAEMON]: JSON.stringify({ 'log-driver': 'local', ...pass }, undefined, 2) },
  reason: 'it is not set as required',
})

const running = (pid: number, name: string): Files => ({
  [`/proc/${pid}/comm`]: `${name}\n`,
  [`/proc/${pid}/cmdline`]: `/usr/bin/${name}\0-H\0fd://\0`,
  [`/proc/${pid}/stat`]: `${pid} (${name}) S 1 1 1 0 -1 0 1 1 1 1 1 1 1 1 20 0 1 0 1 1 1 ${'0 '.repeat(28)}0\n`,
  [`/proc/${pid}/status`]: `Name:\t${name}\nState:\tS (sleeping)\nPid:\t${pid}\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n`,
  [`/proc/${pid}/ns/net`]: { link: 'net:[4026531840]' },
})
/** Who asks for sockets must be seen to be root. */
const OURSELVES = running(process.pid, 'osqueryd')
const PID = 4_190_000
const TCP = '/proc/1/net/tcp'

/** The kernel's list of IPv4 sockets: one that listens, of the process PID. */
const socket = (address: string, port: number) =>
  `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: ${address}:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1077 1 0 100 0 0 10 0
`
const EVERYWHERE = '00000000'
const LOOPBACK = '0100007F'
const listener = (name: string): Files => ({
  ...OURSELVES,
  ...running(PID, name),
  [`/proc/${PID}/fd/4`]: { link: 'socket:[1077]' },
})

export const FLIPS: readonly Flip[] = [
  json('docker-containers-separated', { icc: true }, { icc: false }),
  json('docker-no-new-privileges', {}, { 'no-new-privileges': true }),
  json('docker-live-restore', { 'live-restore': false }, { 'live-restore': true }),
  json('docker-user-namespaces', { 'userns-remap': '' }, { 'userns-remap': 'default' }),
  {
    check: 'docker-live-restore',
    plain: true,
    base: { ...DOCKER, ...running(PID, 'dockerd') },
    fail: {},
    pass: { [`/proc/${PID}/cmdline`]: '/usr/bin/dockerd\0--live-restore\0-H\0fd://\0' },
    reason: 'is not there',
  },
  {
    check: 'docker-group-expected',
    params: { allowed: ['bob'] },
    fail: { '/etc/group': `${GROUPS}docker:x:990:alice\n` },
    pass: { '/etc/group': `${GROUPS}docker:x:990:\n` },
    reason: 'alice: is in the group docker',
  },
  {
    check: 'docker-not-on-network',
    base: listener('dockerd'),
    fail: { [TCP]: socket(EVERYWHERE, 2375) },
    pass: { [TCP]: socket(EVERYWHERE, 2377) },
    reason: '0.0.0.0 port 2375: dockerd takes orders there',
  },
  {
    check: 'docker-files-private',
    base: DOCKER,
    fail: { [DAEMON]: { text: '{}', mode: 0o666 } },
    pass: { [DAEMON]: { mode: 0o644 }, '/etc/docker': { directory: true, mode: 0o755 } },
    needs: ['root'],
    reason: '/etc/docker/daemon.json: others than root can write it',
  },
  {
    check: 'docker-socket-private',
    needs: ['root'],
    fail: { '/run/docker.sock': { text: '', mode: 0o666 } },
    pass: { '/run/docker.sock': { mode: 0o660 } },
    reason: 'everybody may use it (mode 0666)',
  },
  {
    check: 'mail-server-local-only',
    base: listener('master'),
    fail: { [TCP]: socket(EVERYWHERE, 25) },
    pass: { [TCP]: socket(LOOPBACK, 25) },
    reason: '0.0.0.0 port 25: mail is taken from the network there',
  },
]
