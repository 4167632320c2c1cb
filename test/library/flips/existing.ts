import { dpkgStatus, type Flip, printing, systemctl } from '../flip.ts'

const DAY = 86_400
const now = Math.floor(Date.now() / 1000)

const DPKG = '/var/lib/dpkg/status'
const SYSTEMCTL = '/usr/bin/systemctl'
const INRELEASE = '/var/lib/apt/lists/security.debian.org_debian-security_dists_bookworm-security_InRelease'
const EFI = '/sys/firmware/efi/efivars'
const GLOBAL = '8be4df61-93ca-11d2-aa0d-00e098032b8c'
const SUDOERS = 'Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n'

/** nft with one chain, which has no rules. */
const inputPolicy = (policy: string) =>
  printing(
    `{"nftables":[{"chain":{"family":"inet","table":"site","name":"in","type":"filter","hook":"input","policy":"${policy}"}}]}`,
  )
/** A variable of the firmware: four bytes of attributes, then the value. */
const efiByte = (value: number) => `\u0006\0\0\0${String.fromCharCode(value)}`
const debian = (version: string) =>
  `NAME="Debian GNU/Linux"\nVERSION_ID="${version}"\nVERSION="${version} (sample)"\nID=debian\n`
const DISK = '/sys/devices/pci/block/sda/sda1'
const BLOCKS = {
  '/sys/class/block/sda1': { link: '../../devices/pci/block/sda/sda1' },
  [`${DISK}/dev`]: '8:1\n',
  [`${DISK}/size`]: '1000\n',
  '/run/udev/data/b8:1': 'E:ID_FS_TYPE=swap\n',
}
/** That device, made by dm-crypt without a header. */
const ENCRYPTED = { [`${DISK}/dm/uuid`]: 'CRYPT-PLAIN-sample\n' }
const UNENCRYPTED = { [`${DISK}/dm/uuid`]: 'LVM-sample\n' }
const APT_BASE = {
  [DPKG]: dpkgStatus({ 'unattended-upgrades': '2.9.1' }),
  [SYSTEMCTL]: systemctl({
    'apt-daily.timer': { sub: 'waiting' },
    'apt-daily-upgrade.timer': { sub: 'waiting' },
  }),
}
const APT_CONF = '/etc/apt/apt.conf.d/20auto-upgrades'
const aptConf = (upgrade: 0 | 1) =>
  `APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "${upgrade}";\n`

export const FLIPS: readonly Flip[] = [
  {
    check: 'only-root-has-uid-0',
    fail: { '/etc/passwd': 'root:x:0:0::/root:/bin/bash\ntoor:x:0:0::/root:/bin/bash\n' },
    pass: { '/etc/passwd': 'root:x:0:0::/root:/bin/bash\ntoor:x:1001:0::/root:/bin/bash\n' },
    reason: 'toor',
  },
  {
    check: 'user-ids-unique',
    fail: { '/etc/passwd': 'root:x:0:0::/root:/bin/bash\nal:x:1000:0::/:/bin/sh\nbo:x:1000:0::/:/bin/sh\n' },
    pass: { '/etc/passwd': 'root:x:0:0::/root:/bin/bash\nal:x:1000:0::/:/bin/sh\nbo:x:1001:0::/:/bin/sh\n' },
    reason: 'these accounts share the number: al,bo',
  },
  {
    check: 'no-empty-passwords',
    fail: { '/etc/shadow': 'root:*:19700:0:99999:7:::\nalice::19700:0:99999:7:::\n' },
    pass: { '/etc/shadow': 'root:*:19700:0:99999:7:::\nalice:!:19700:0:99999:7:::\n' },
    reason: 'alice: the account has an empty password',
  },
  {
    check: 'local-administrators',
    params: { allowed: ['bob'] },
    base: { '/etc/sudoers': { text: SUDOERS, mode: 0o440 } },
    fail: { '/etc/group': 'root:x:0:\nsudo:x:27:alice\nalice:x:1000:\n' },
    pass: { '/etc/group': 'root:x:0:\nsudo:x:27:\nalice:x:1000:\n' },
    reason: 'alice: is an administrator (is in the group sudo) and not among those expected',
  },
  {
    check: 'sudo-requires-password',
    base: { '/etc/sudoers': `${SUDOERS}@includedir /etc/sudoers.d\n` },
    fail: { '/etc/sudoers.d/90-cloud-init-users': 'ubuntu ALL=(ALL) NOPASSWD:ALL\n' },
    pass: { '/etc/sudoers.d/90-cloud-init-users': 'ubuntu ALL=(ALL) ALL\n' },
    reason: 'ubuntu: may run any command without a password',
  },
  {
    check: 'password-files-permissions',
    needs: ['root'],
    fail: { '/etc/shadow': { mode: 0o644 } },
    pass: { '/etc/shadow': { mode: 0o640, gid: 42 } },
    reason: '/etc/shadow: everybody can read the password hashes in it',
  },
  {
    check: 'password-files-permissions',
    system: 'rhel',
    needs: ['root'],
    fail: { '/etc/passwd': { mode: 0o666 } },
    pass: { '/etc/passwd': { mode: 0o644 } },
    reason: '/etc/passwd: everybody can write it',
  },
  {
    check: 'shared-folders-sticky',
    fail: { '/var/tmp': { directory: true, mode: 0o777 } },
    pass: { '/var/tmp': { directory: true, mode: 0o1777 } },
    reason: '/var/tmp: everybody can write it',
  },
  {
    check: 'anti-malware-definitions-current',
    base: { '/usr/bin/freshclam': '' },
    fail: { '/var/lib/clamav/daily.cvd': { text: 'x', mtime: now - 40 * DAY } },
    pass: { '/var/lib/clamav/daily.cvd': { text: 'x', mtime: now - DAY } },
    reason: '40 days old',
  },
  {
    check: 'anti-malware-running',
    fail: { [SYSTEMCTL]: systemctl({ 'clamav-daemon.service': { active: 'inactive', sub: 'dead' } }) },
    pass: { [SYSTEMCTL]: systemctl({ 'clamav-daemon.service': {} }) },
    reason: 'installed, but not running: clamav-daemon.service',
  },
  {
    check: 'automatic-updates',
    base: APT_BASE,
    needs: ['augtool'],
    fail: { [APT_CONF]: aptConf(0) },
    pass: { [APT_CONF]: aptConf(1) },
    reason: 'APT::Periodic::Unattended-Upgrade: it is "0"',
  },
  {
    check: 'automatic-updates',
    system: 'rhel',
    fail: { [SYSTEMCTL]: systemctl({}) },
    pass: { [SYSTEMCTL]: systemctl({ 'dnf-automatic-install.timer': { sub: 'waiting' } }) },
    reason: 'dnf-automatic-install.timer: the unit is not active',
  },
  {
    check: 'disk-encryption',
    base: BLOCKS,
    fail: UNENCRYPTED,
    pass: ENCRYPTED,
    reason: '/dev/sda1 is not encrypted',
  },
  {
    check: 'swap-encryption',
    base: { ...BLOCKS, '/proc/meminfo': 'MemTotal: 4000000 kB\nSwapTotal: 1000000 kB\n' },
    fail: UNENCRYPTED,
    pass: ENCRYPTED,
    reason: 'is not encrypted',
  },
  {
    check: 'host-firewall',
    base: { '/etc/firewalld/firewalld.conf': 'DefaultZone=public\n' },
    needs: ['augtool'],
    fail: { [SYSTEMCTL]: systemctl({ 'firewalld.service': { active: 'inactive', sub: 'dead' } }) },
    pass: { [SYSTEMCTL]: systemctl({ 'firewalld.service': {} }) },
    reason: 'the service is inactive',
  },
  {
    check: 'host-firewall',
    base: { [SYSTEMCTL]: systemctl({}) },
    needs: ['augtool'],
    fail: { '/usr/sbin/nft': inputPolicy('accept') },
    pass: { '/usr/sbin/nft': inputPolicy('drop') },
    reason: 'no chain of nftables drops by default',
  },
  {
    check: 'insecure-services-absent',
    fail: { [DPKG]: dpkgStatus({ telnetd: '0.17+2.4-2' }) },
    pass: { [DPKG]: dpkgStatus({ telnet: '0.17+2.4-2' }) },
    reason: 'telnetd: version 0.17+2.4-2 is installed',
  },
  {
    check: 'software-forbidden',
    params: { names: ['nmap%'] },
    fail: { [DPKG]: dpkgStatus({ nmap: '7.93' }) },
    pass: { [DPKG]: dpkgStatus({}) },
    reason: 'nmap: version 7.93 is installed',
  },
  {
    check: 'software-required',
    params: { name: 'auditd', min_version: '1:3.0' },
    fail: { [DPKG]: dpkgStatus({ auditd: '1:2.8' }) },
    pass: { [DPKG]: dpkgStatus({ auditd: '1:3.0' }) },
    reason: 'auditd',
  },
  {
    check: 'secure-boot',
    base: { [`${EFI}/SetupMode-${GLOBAL}`]: efiByte(0) },
    fail: { [`${EFI}/SecureBoot-${GLOBAL}`]: efiByte(0) },
    pass: { [`${EFI}/SecureBoot-${GLOBAL}`]: efiByte(1) },
    reason: 'Secure Boot is off',
  },
  {
    check: 'usb-storage-disabled',
    base: {
      '/sys/module/ext4': { directory: true },
      '/lib/modules/6.1.0-18-amd64/kernel/drivers/usb/storage/usb-storage.ko': '',
    },
    needs: ['augtool'],
    fail: { '/etc/modprobe.d/usb-storage.conf': 'options usb-storage delay_use=1\n' },
    pass: { '/etc/modprobe.d/usb-storage.conf': 'install usb-storage /bin/false\n' },
    reason: 'no rule in /etc/modprobe.d',
  },
  {
    check: 'os-supported',
    fail: { '/etc/os-release': debian('9') },
    pass: { '/etc/os-release': debian('13') },
    reason: 'the last day of debian 9 was 2022-06-30',
  },
  {
    check: 'os-version-at-least',
    params: { min_linux: 'debian 12, ubuntu 22.04' },
    fail: { '/etc/os-release': debian('11.9') },
    pass: { '/etc/os-release': debian('12') },
    reason: 'this is debian 11.9; at least 12 is required',
  },
  {
    check: 'package-lists-recent',
    fail: { [INRELEASE]: { text: 'x', mtime: now - 30 * DAY } },
    pass: { [INRELEASE]: { text: 'x', mtime: now - DAY } },
    reason: '30 days old',
  },
  {
    check: 'reboot-pending',
    // When a file was put there cannot be set back, and the rescue kernel is none that is waited for.
    base: { '/boot/vmlinuz-0-rescue-sample': '' },
    fail: { '/run/reboot-required': { text: '', mtime: now - 30 * DAY } },
    pass: { '/run/reboot-required': null },
    reason: 'a package asked for a restart 30 days ago',
  },
  {
    check: 'updates-recent',
    fail: { '/var/lib/dpkg/info/base-files.list': { text: 'x', mtime: now - 90 * DAY } },
    pass: { '/var/lib/dpkg/info/base-files.list': { text: 'x', mtime: now - 3 * DAY } },
    reason: '90 days ago',
  },
]
