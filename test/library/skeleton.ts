import type { Files } from './files.ts'

export type SystemName = 'debian' | 'rhel'

const PASSWD = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
alice:x:1000:1000:Alice:/home/alice:/bin/bash
`
const SHADOW = `root:*:19700:0:99999:7:::
daemon:*:19700:0:99999:7:::
bin:*:19700:0:99999:7:::
nobody:*:19700:0:99999:7:::
alice:$y$j9T$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g:19700:0:99999:7:::
`
const GROUP = `root:x:0:
daemon:x:1:
bin:x:2:
shadow:x:42:
nogroup:x:65534:
alice:x:1000:
`
const GSHADOW = GROUP.replaceAll(/:x:\d+:/g, ':*::')

const statOf = (pid: number, name: string) =>
  `${pid} (${name}) S 0 1 1 0 -1 4194560 1 1 1 1 1 1 1 1 20 0 1 0 1 1 1 ${'0 '.repeat(28)}0\n`
const statusOf = (pid: number, name: string) =>
  `Name:\t${name}\nState:\tS (sleeping)\nPid:\t${pid}\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n`

/** What every Linux has that the tables read: as small as the tables allow. */
const COMMON: Files = {
  '/': { directory: true },
  '/bin': { link: 'usr/bin' },
  '/sbin': { link: 'usr/sbin' },
  '/lib': { link: 'usr/lib' },
  '/boot': { directory: true },
  '/dev/shm': { directory: true, mode: 0o1777 },
  '/etc/fstab': '/dev/sda1 / ext4 defaults 0 1\n',
  '/etc/group': GROUP,
  '/etc/gshadow': { text: GSHADOW, mode: 0o640 },
  '/etc/hostname': 'sample\n',
  '/etc/hosts': '127.0.0.1 localhost\n127.0.1.1 sample\n',
  '/etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  '/etc/passwd': PASSWD,
  '/etc/shadow': { text: SHADOW, mode: 0o640 },
  '/etc/shells': '/bin/sh\n/bin/bash\n',
  '/home/alice': { directory: true, mode: 0o700 },
  '/proc/1/comm': 'systemd\n',
  '/proc/1/fd/3': { link: 'socket:[1001]' },
  '/proc/1/net/unix':
    'Num       RefCount Protocol Flags    Type St Inode Path\n0000000000000000: 00000002 00000000 00010000 0001 01 1001 /run/systemd/private\n',
  '/proc/1/ns/net': { link: 'net:[4026531840]' },
  '/proc/1/stat': statOf(1, 'systemd'),
  '/proc/1/status': statusOf(1, 'systemd'),
  // Our own process, as root: all that is below a temporary root can be seen, whoever runs the tests.
  [`/proc/${process.pid}/stat`]: statOf(process.pid, 'osqueryd'),
  [`/proc/${process.pid}/status`]: statusOf(process.pid, 'osqueryd'),
  '/proc/cmdline': 'BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro quiet\n',
  '/proc/cpuinfo': 'processor\t: 0\nmodel\t\t: 1\nmodel name\t: Sample\n',
  '/proc/loadavg': '0.00 0.00 0.00 1/100 1\n',
  '/proc/meminfo': 'MemTotal:        4000000 kB\nMemFree:         2000000 kB\nSwapTotal:             0 kB\n',
  '/proc/modules': 'ext4 1130496 1 - Live 0x0000000000000000\n',
  '/proc/mounts': '/dev/sda1 / ext4 rw,relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec 0 0\n',
  '/proc/sys/kernel/hostname': 'sample\n',
  '/proc/sys/kernel/osrelease': '6.1.0-18-amd64\n',
  '/proc/uptime': '86400.00 86400.00\n',
  '/root': { directory: true, mode: 0o700 },
  '/run/systemd/system': { directory: true },
  '/tmp': { directory: true, mode: 0o1777 },
  '/usr/bin': { directory: true },
  '/usr/lib': { directory: true },
  '/usr/sbin': { directory: true },
  '/var/run': { link: '../run' },
  '/var/tmp': { directory: true, mode: 0o1777 },
}

const DEBIAN: Files = {
  ...COMMON,
  '/etc/debian_version': '12.5\n',
  '/etc/os-release': `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
`,
  '/proc/version': 'Linux version 6.1.0-18-amd64 (builder@example) #1 SMP Debian 6.1.76-1\n',
  '/var/lib/dpkg/status': `Package: base-files
Status: install ok installed
Priority: required
Section: admin
Architecture: amd64
Version: 12.4+deb12u5
`,
}

const RHEL: Files = {
  ...COMMON,
  '/etc/group': GROUP.replace(/^shadow.*\n/m, 'wheel:x:10:\n'),
  '/etc/gshadow': { text: GSHADOW.replace(/^shadow.*\n/m, 'wheel:::\n'), mode: 0 },
  '/etc/os-release': `NAME="Red Hat Enterprise Linux"
VERSION="9.4 (Plow)"
ID="rhel"
ID_LIKE="fedora"
VERSION_ID="9.4"
PLATFORM_ID="platform:el9"
PRETTY_NAME="Red Hat Enterprise Linux 9.4 (Plow)"
`,
  '/etc/redhat-release': 'Red Hat Enterprise Linux release 9.4 (Plow)\n',
  '/etc/shadow': { text: SHADOW, mode: 0 },
  '/proc/sys/kernel/osrelease': '5.14.0-427.el9.x86_64\n',
  '/proc/version': 'Linux version 5.14.0-427.el9.x86_64 (builder@example) #1 SMP PREEMPT_DYNAMIC\n',
}

/** The files of a machine of which every table can be read, before a flip adds its own. */
export const SKELETONS: Readonly<Record<SystemName, Files>> = { debian: DEBIAN, rhel: RHEL }
