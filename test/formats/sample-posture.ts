import { UNKNOWN_WORDS } from '../../src/core/definition-words.ts'
import type { PostureReport, WordedPosture } from '../../src/core/posture-report.ts'
import { summarize } from '../../src/core/report.ts'
import type { KnownAsset } from '../../src/core/store.ts'

export const NOW = new Date(2026, 2, 4, 14, 18, 14).getTime()
const HOUR = 3_600_000

export const ASSET: KnownAsset = {
  uuid: '4e8924a8-31ff-4895-8956-92879b8c617e',
  name: 'web-1',
  givenName: null,
  platform: 'linux',
  os: 'Debian GNU/Linux 12 (bookworm)',
  osquery: '5.12.1',
  owner: { name: null, email: null },
  team: null,
  company: null,
  labels: [],
  firstSeenAt: NOW - 48 * HOUR,
  lastSeenAt: NOW - 2 * HOUR,
}

/** A check that fails since a day, unless said otherwise. */
export function samplePosture(part: Partial<WordedPosture> = {}): WordedPosture {
  return {
    check: 'host-firewall',
    verdict: 'fail',
    judged: { verdict: 'fail', since: NOW - 24 * HOUR },
    unknown: null,
    seenAt: NOW - 2 * HOUR,
    version: 'v1',
    definition: 'd1',
    reason: 'the firewall is off',
    evidence: [{ verdict: 'fail', resource: '/etc/ufw', found: { global_state: 0 } }],
    evidenceTotal: 1,
    sequence: 7,
    pruned: false,
    words: {
      ...UNKNOWN_WORDS,
      title: 'Host firewall is on',
      severity: 'high',
      why: 'Every listening service is reachable.',
      fix: 'Turn the firewall on.',
      params: { min_state: 1 },
      document: 'id: host-firewall\ntitle: Host firewall is on\n',
    },
    ...part,
  }
}

export function sampleReport(checks: readonly WordedPosture[], part: Partial<PostureReport> = {}): PostureReport {
  return {
    asset: ASSET,
    at: NOW,
    current: true,
    known: checks.length,
    knownSince: null,
    checks,
    summary: summarize(checks),
    ...part,
  }
}
