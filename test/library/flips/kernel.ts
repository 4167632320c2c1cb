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
