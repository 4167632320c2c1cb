import type { Files, Flip } from '../flip.ts'

const MOUNTS = '/dev/sda1 / ext4 rw,relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec 0 0\n'
const SECURITY_FS = { '/proc/mounts': `${MOUNTS}securityfs /sys/kernel/security securityfs rw 0 0\n` }
const SELINUX_FS: Files = {
  '/proc/mounts': `${MOUNTS}selinuxfs /sys/fs/selinux selinuxfs rw 0 0\n`,
  '/etc/selinux/config': 'SELINUX=enforcing\nSELINUXTYPE=targeted\n',
}
const PROFILES = '/sys/kernel/security/apparmor/policy/profiles'
const PROFILE = `${PROFILES}/usr.sbin.named.1`
const UNITS = '/usr/lib/systemd/system'

export const FLIPS: readonly Flip[] = [
  {
    check: 'boot-loader-password',
    fail: { '/boot/grub/grub.cfg': 'set timeout=5\n' },
    pass: {
      '/boot/grub/grub.cfg': 'set superusers="root"\npassword_pbkdf2 root grub.pbkdf2.sha512.10000.AB\n',
    },
    reason: 'names no superuser with a password',
  },
  {
    check: 'boot-loader-password',
    system: 'rhel',
    fail: { '/boot/grub2/grub.cfg': '  set superusers="root"\n  password_pbkdf2 root $GRUB2_PASSWORD\n' },
    pass: { '/boot/grub2/user.cfg': 'GRUB2_PASSWORD=grub.pbkdf2.sha512.10000.AB\n' },
    reason: 'names no superuser with a password',
  },
  {
    check: 'ctrl-alt-del-disabled',
    base: { [`${UNITS}/reboot.target`]: '', [`${UNITS}/ctrl-alt-del.target`]: { link: 'reboot.target' } },
    fail: {},
    pass: { '/etc/systemd/system/ctrl-alt-del.target': { link: '/dev/null' } },
    reason: 'the unit is not masked',
  },
  {
    check: 'rescue-mode-needs-password',
    base: { [`${UNITS}/rescue.service`]: '[Service]\nExecStart=-/usr/lib/systemd/systemd-sulogin-shell rescue\n' },
    fail: { '/etc/systemd/system/rescue.service.d/x.conf': '[Service]\nEnvironment=SYSTEMD_SULOGIN_FORCE=1\n' },
    pass: { '/etc/systemd/system/rescue.service.d/x.conf': null },
    reason: 'a unit for rescue mode lets in',
  },
  onCommandLine('audit-from-start', 'quiet', 'audit=1', 'has no audit=1'),
  onCommandLine('cpu-mitigations-not-disabled', 'mitigations=off', 'quiet', 'has mitigations=off'),
  {
    check: 'cpu-flaws-mitigated',
    base: { '/sys/devices/system/cpu/vulnerabilities/l1tf': 'Not affected\n' },
    fail: { '/sys/devices/system/cpu/vulnerabilities/mds': 'Vulnerable: no microcode\n' },
    pass: { '/sys/devices/system/cpu/vulnerabilities/mds': 'Mitigation: Clear CPU buffers; SMT disabled\n' },
    reason: 'nothing guards against this flaw',
  },
  ...[
    ['apparmor-enforcing', 'enforce', 'it is in the mode complain'],
    ['mandatory-access-control', 'complain', 'AppArmor'],
  ].map(
    ([check = '', other, reason = '']): Flip => ({
      check,
      base: {
        ...SECURITY_FS,
        [`${PROFILES}/man.2/name`]: 'man\n',
        [`${PROFILES}/man.2/mode`]: `${other}\n`,
        [`${PROFILE}/name`]: 'named\n',
      },
      fail: { [`${PROFILE}/mode`]: 'complain\n' },
      pass: { [`${PROFILE}/mode`]: 'enforce\n' },
      reason,
    }),
  ),
  ...['selinux-enforcing', 'mandatory-access-control'].map(
    (check): Flip => ({
      check,
      system: 'rhel',
      base: SELINUX_FS,
      fail: { '/sys/fs/selinux/enforce': '0' },
      pass: { '/sys/fs/selinux/enforce': '1' },
      reason: 'it only warns (permissive)',
    }),
  ),
  {
    check: 'selinux-enforcing',
    system: 'rhel',
    plain: true,
    needs: ['augtool'],
    base: SELINUX_FS,
    fail: { '/sys/fs/selinux/enforce': '0' },
    pass: { '/sys/fs/selinux/enforce': '1' },
    reason: 'it only warns (permissive)',
  },
]

/** A parameter of the kernel's command line that fails, and one that passes. */
function onCommandLine(check: string, bad: string, good: string, reason: string): Flip {
  const cmdline = (parameter: string) => ({ '/proc/cmdline': `BOOT_IMAGE=/boot/vmlinuz ro ${parameter}\n` })
  return { check, base: { '/usr/sbin/auditd': '' }, fail: cmdline(bad), pass: cmdline(good), reason }
}
