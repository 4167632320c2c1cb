import type { Flip } from '../flip.ts'

const OTHERS = '/dev/sda1 / ext4 rw,relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec 0 0\n'

export const FLIPS: readonly Flip[] = [
  mounted('tmp-mount-options', '/tmp ext4 rw', '/tmp ext4 rw,nodev,nosuid,noexec', 'it is mounted without nodev'),
  mounted(
    'shm-mount-options',
    '/dev/shm ext4 rw',
    '/dev/shm ext4 rw,nodev,nosuid,noexec',
    'it is mounted without nodev',
  ),
  mounted(
    'var-tmp-mount-options',
    '/var/tmp ext4 rw',
    '/var/tmp ext4 rw,nodev,nosuid,noexec',
    'it is mounted without nodev',
  ),
  mounted('home-mount-options', '/home ext4 rw', '/home ext4 rw,nodev,nosuid', 'it is mounted without nodev'),
  mounted('var-mount-options', '/var ext4 rw', '/var ext4 rw,nodev,nosuid', 'it is mounted without nodev'),
  mounted(
    'var-log-mount-options',
    '/var/log ext4 rw',
    '/var/log ext4 rw,nodev,nosuid,noexec',
    'it is mounted without nodev',
  ),
  mounted(
    'audit-log-mount-options',
    '/var/log/audit ext4 rw',
    '/var/log/audit ext4 rw,nodev,nosuid,noexec',
    'it is mounted without nodev',
  ),
  mounted('tmp-separate', '/tmp/other ext4 rw', '/tmp ext4 rw', 'another folder'),
  mounted('var-separate', '/var/other ext4 rw', '/var ext4 rw', 'another folder'),
  mounted('var-tmp-separate', '/var/tmp/other ext4 rw', '/var/tmp ext4 rw', 'another folder'),
  mounted('var-log-separate', '/var/log/other ext4 rw', '/var/log ext4 rw', 'another folder'),
  mounted('audit-log-separate', '/var/log/audit/other ext4 rw', '/var/log/audit ext4 rw', 'another folder'),
  mounted('home-separate', '/home/other ext4 rw', '/home ext4 rw', 'another folder'),
  mounted(
    'removable-media-mount-options',
    '/media/alice/STICK vfat rw,nosuid',
    '/media/alice/STICK vfat rw,nosuid,nodev,noexec',
    'it is mounted without',
  ),
  {
    check: 'processes-private',
    fail: {},
    pass: { '/proc/mounts': OTHERS.replace('noexec', 'noexec,hidepid=2') },
    reason: 'every user sees',
  },
]

/** A file system that is mounted in a way that fails, and in one that passes. */
function mounted(check: string, bad: string, good: string, reason: string): Flip {
  const mounts = (line: string) => ({ '/proc/mounts': `${OTHERS}/dev/sdb1 ${line} 0 0\n` })
  return { check, fail: mounts(bad), pass: mounts(good), reason }
}
