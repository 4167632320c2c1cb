import type { Flip } from '../flip.ts'

export const FLIPS: readonly Flip[] = [
  sysctl('kernel-address-space-randomized', 'kernel/randomize_va_space', '1', '2'),
  sysctl('kernel-pointers-hidden', 'kernel/kptr_restrict', '0', '1'),
  sysctl('kernel-log-restricted', 'kernel/dmesg_restrict', '0', '1'),
  sysctl('process-tracing-restricted', 'kernel/yama/ptrace_scope', '0', '1'),
  sysctl('unprivileged-bpf-disabled', 'kernel/unprivileged_bpf_disabled', '0', '1'),
  sysctl('bpf-jit-hardened', 'net/core/bpf_jit_harden', '0', '1'),
  sysctl('kexec-disabled', 'kernel/kexec_load_disabled', '0', '1'),
  sysctl('performance-events-restricted', 'kernel/perf_event_paranoid', '1', '2'),
  sysctl('suid-core-dumps-off', 'fs/suid_dumpable', '1', '0'),
  sysctl('protected-symlinks', 'fs/protected_symlinks', '0', '1'),
  sysctl('protected-hardlinks', 'fs/protected_hardlinks', '0', '1'),
  sysctl('protected-fifos', 'fs/protected_fifos', '0', '1'),
  sysctl('protected-regular-files', 'fs/protected_regular', '0', '1'),
  sysctl('line-disciplines-restricted', 'dev/tty/ldisc_autoload', '1', '0'),
  sysctl('userfaultfd-restricted', 'vm/unprivileged_userfaultfd', '1', '0'),
  sysctl('sysrq-restricted', 'kernel/sysrq', '1', '176'),
  sysctl('low-memory-protected', 'vm/mmap_min_addr', '0', '65536'),
  {
    check: 'user-namespaces-restricted',
    fail: { '/proc/sys/user/max_user_namespaces': '31000\n', '/proc/sys/kernel/unprivileged_userns_clone': '1\n' },
    pass: { '/proc/sys/kernel/unprivileged_userns_clone': '0\n' },
    reason: 'keeps users from making user namespaces',
  },
  {
    check: 'kernel-locked-down',
    fail: { '/sys/kernel/security/lockdown': '[none] integrity confidentiality\n' },
    pass: { '/sys/kernel/security/lockdown': 'none [integrity] confidentiality\n' },
    reason: 'the kernel is not locked down',
  },
  {
    check: 'core-dumps-disabled',
    fail: { '/proc/sys/kernel/core_pattern': 'core\n', '/etc/security/limits.conf': '# * hard core 0\n' },
    pass: { '/etc/security/limits.d/60-core-dumps.conf': '* hard core 0\n' },
    reason: 'no limit of 0',
  },
  {
    check: 'core-dumps-disabled',
    plain: true,
    needs: ['augtool'],
    fail: { '/proc/sys/kernel/core_pattern': 'core\n', '/etc/security/limits.conf': '* soft core 0\n' },
    pass: { '/etc/security/limits.conf': '* hard core 0\n' },
    reason: 'no limit of 0',
  },
]

/** A kernel parameter with a value that fails, and one that passes. */
function sysctl(check: string, path: string, bad: string, good: string): Flip {
  return {
    check,
    fail: { [`/proc/sys/${path}`]: `${bad}\n` },
    pass: { [`/proc/sys/${path}`]: `${good}\n` },
    reason: `it is ${bad}`,
  }
}
