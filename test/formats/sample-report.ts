import { type CheckResult, type RunReport, summarize } from '../../src/core/report.ts'

/** A result that says nothing special; a test gives what matters to it. */
export function sampleResult(result: Partial<CheckResult> = {}): CheckResult {
  return {
    check: 'host-firewall',
    title: 'Host firewall is on',
    severity: 'medium',
    tags: ['firewall', 'network'],
    version: '5f0c1d2e3b4a',
    verdict: 'pass',
    reason: null,
    evidence: [],
    evidenceTotal: 0,
    error: null,
    why: null,
    fix: null,
    clauses: [],
    ...result,
    reasons: result.reasons ?? (result.reason ? result.reason.split('; ') : []),
  }
}

export function sampleReport(results: readonly CheckResult[], report: Partial<RunReport> = {}): RunReport {
  return {
    asset: {
      uuid: '4c4c4544-0042-3510-8052-b4c04f573532',
      name: 'web-1',
      platform: 'linux',
      os: 'Debian GNU/Linux 12 (bookworm)',
    },
    source: { kind: 'embedded', version: '5.23.0', preview: true, reportsUnreadable: true },
    startedAt: '2026-03-04T05:06:07.000Z',
    finishedAt: '2026-03-04T05:06:08.240Z',
    results,
    summary: summarize(results),
    ...report,
  }
}

/** A run as a newcomer may see it on a Debian server. */
export function realisticReport(): RunReport {
  return sampleReport([
    sampleResult({
      check: 'no-empty-passwords',
      title: 'No account has an empty password',
      severity: 'critical',
      evidence: [{ verdict: 'pass', resource: 'root', found: { username: 'root', password_status: 'locked' } }],
    }),
    sampleResult({ check: 'time-is-synchronised', title: 'The clock is synchronised', severity: 'low' }),
    sampleResult({
      verdict: 'fail',
      severity: 'high',
      reason:
        'ufw is enabled: no row: expected enabled = yes; firewalld runs: no row: expected active_state = active; nftables drops incoming packets by default: expected policy = DROP',
      evidence: [
        {
          verdict: 'fail',
          clause: 'nftables drops incoming packets by default',
          resource: 'filter/INPUT',
          found: { chain: 'INPUT', policy: 'ACCEPT', packets: 1284 },
        },
      ],
      clauses: [
        {
          path: 'any/0',
          title: 'ufw is enabled',
          expected: 'enabled = yes',
          verdict: 'fail',
          reason: 'no row: expected enabled = yes',
          total: 0,
          notPassing: 0,
          rows: [],
        },
        {
          path: 'any/1',
          title: 'firewalld runs',
          expected: 'active_state = active',
          verdict: 'fail',
          reason: 'no row: expected active_state = active',
          total: 0,
          notPassing: 0,
          rows: [],
        },
        {
          path: 'any/2',
          title: 'nftables drops incoming packets by default',
          expected: 'policy = DROP',
          verdict: 'fail',
          reason: 'expected policy = DROP',
          total: 1,
          notPassing: 1,
          rows: [],
        },
      ],
      why: 'Without a host firewall every listening service is reachable from the local network.',
      fix: 'Turn on a firewall that drops what is not expected:\n\n```sh\nsudo ufw default deny incoming\nsudo ufw enable\n```\n',
    }),
    sampleResult({
      check: 'disk-encryption',
      title: 'Disks that hold data are encrypted',
      severity: 'critical',
      tags: ['encryption'],
      verdict: 'fail',
      reason: '2 of 3 rows do not pass',
      evidence: [
        {
          verdict: 'fail',
          resource: '/dev/sda2',
          found: { name: '/dev/sda2', encrypted: 0, type: 'ext4', mounted_at: '/' },
        },
        {
          verdict: 'fail',
          resource: '/dev/sdb1',
          found: { name: '/dev/sdb1', encrypted: 0, type: 'xfs', mounted_at: '/srv/customer data' },
        },
      ],
      fix: 'Reinstall with LUKS, or move the data to an encrypted volume with `cryptsetup`. See [the guide](https://docs.example.com/luks).',
    }),
    sampleResult({
      check: 'ssh-no-root-login',
      title: 'SSH does not let root log in with a password',
      severity: 'high',
      tags: ['ssh'],
      verdict: 'error',
      reason: 'cannot read /etc/ssh/sshd_config: permission denied',
      error: 'cannot read /etc/ssh/sshd_config: permission denied',
      fix: 'Run again as root: `sudo checks run ssh-no-root-login`.',
    }),
    sampleResult({
      check: 'files-world-writable',
      title: 'No file below /etc can be written by everybody',
      severity: 'medium',
      tags: ['files'],
      verdict: 'warn',
      reason: '/etc/app/settings.ini: everybody may write it',
      evidence: Array.from({ length: 9 }, (_, index) => ({
        verdict: 'warn' as const,
        resource: `/etc/app/conf.d/very/deep/below/settings-${index}.ini`,
        found: {
          path: `/etc/app/conf.d/very/deep/below/settings-${index}.ini`,
          mode: '0666',
          uid: 0,
          gid: 0,
          size: 4096 + index,
        },
      })),
      fix: '1. Find who owns the file: `stat FILE`.\n2. Take the right away from others: `chmod o-w FILE`, unless the program that owns the file needs it, which is rare and then worth a waiver.',
    }),
    sampleResult({ check: 'ssh-protocol', title: 'SSH speaks protocol 2 only', severity: 'high', tags: ['ssh'] }),
    sampleResult({ check: 'kernel-aslr', title: 'Address space layout randomisation is on', severity: 'medium' }),
    sampleResult({
      check: 'gatekeeper',
      title: 'Gatekeeper checks programs',
      severity: 'high',
      verdict: 'not_applicable',
      reason: 'the check has no answer for linux',
    }),
    sampleResult({
      check: 'battery-health',
      title: 'The battery is healthy',
      severity: 'low',
      verdict: 'not_applicable',
      reason: 'the machine has no battery',
    }),
  ])
}
