import type { Flip } from '../flip.ts'

export const FLIPS: readonly Flip[] = [
  ofMode('cron-files-private', '/etc/crontab', 0o644, 0o600, 'its mode is 0644'),
  ofMode('root-home-private', '/root', 0o755, 0o700, 'its mode is 0755'),
  ofMode('login-banner-files-protected', '/etc/motd', 0o664, 0o644, 'its mode is 0664'),
  ofMode('old-passwords-private', '/etc/security/opasswd', 0o644, 0o600, 'its mode is 0644'),
  ofMode('boot-loader-config-private', '/boot/grub/grub.cfg', 0o444, 0o600, 'its mode is 0444'),
  ofMode('cron-files-protected', '/etc/cron.d/backup', 0o666, 0o644, 'everybody can write it'),
  ofMode('system-programs-protected', '/usr/bin/tool', 0o757, 0o755, 'everybody can write it'),
  ofMode('system-libraries-protected', '/usr/lib/libx.so.1', 0o666, 0o644, 'everybody can write it'),
  ofMode('configuration-protected', '/etc/profile.d/x.sh', 0o666, 0o644, 'everybody can write it'),
  {
    check: 'system-programs-protected',
    fail: { '/usr/local/bin/tool': { text: '', mode: 0o755, uid: 1000 } },
    pass: { '/usr/local/bin/tool': { uid: 0 } },
    reason: 'it belongs to user 1000',
  },
  {
    check: 'library-preload-absent',
    fail: { '/etc/ld.so.preload': '/usr/local/lib/hide.so\n' },
    pass: { '/etc/ld.so.preload': null },
    reason: 'libraries that it names',
  },
  {
    check: 'privileged-programs-expected',
    base: { '/usr/bin/su': { text: '', mode: 0o4755, uid: 0 } },
    fail: { '/usr/local/bin/sh': { text: '', mode: 0o4755, uid: 0 } },
    pass: { '/usr/local/bin/sh': { mode: 0o755 } },
    reason: 'it runs with the rights of root',
  },
]

/** Something of root's whose mode allows too much, until it does not. */
function ofMode(check: string, path: string, bad: number, good: number, reason: string): Flip {
  const isFolder = path === '/root'
  const owned = { uid: 0, gid: 0, ...(isFolder ? { directory: true } : {}) }
  const base = check === 'cron-files-protected' ? { '/etc/cron.d': { directory: true, uid: 0, gid: 0 } } : {}
  return {
    check,
    base,
    fail: { [path]: { ...owned, ...(isFolder ? {} : { text: '' }), mode: bad } },
    pass: { [path]: { mode: good, ...(isFolder ? { directory: true } : {}) } },
    reason,
  }
}
