import { hash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLibrary, openWorkbench } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import type { CompiledCheck } from '../src/core/compiled.ts'
import { createJudge } from '../src/core/create-judge.ts'
import { type BatchPlan, describeBatch, planBatch } from '../src/core/describe-batch.ts'
import { diffReport } from '../src/core/diff.ts'
import { decidingLeaves, type Judgement, type LeafJudgement } from '../src/core/judge.ts'
import type { AssetFacts, AssetReport, ReportedCheck } from '../src/core/state.ts'
import type { Committed, Store } from '../src/core/store.ts'

/** Seconds between two reports, unless said otherwise. */
export const PERIOD = 3600

const digest = (text: string): string => hash('sha256', text, 'hex')
const tagOf = (text: string): number => Number.parseInt(digest(text).slice(0, 12), 16)

/** Checks as a library has them, of three forms: a value, a few files, a package. About 2 kB of YAML each. */
export async function compileChecks(count: number): Promise<CompiledCheck[]> {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-bench-'))
  try {
    writeFileSync(join(folder, 'checks.yaml'), Array.from({ length: count }, (_, n) => writeCheck(n)).join('---\n'))
    const config = readConfig({ library: false, checks: [folder] }, {}, folder)
    const library = openLibrary(config)
    const workbench = await openWorkbench(config, library)
    return library.checks.map((check) => workbench.compile(check, 'linux'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const FORMS: readonly ((n: number) => string)[] = [
  (n) => `table: system_controls, where: { name: net.setting_${n} }, expect: { current_value: "1" }`,
  (n) =>
    `sql: "SELECT mode IN ('0600', '0640') AS passed, path AS resource, mode, uid FROM file WHERE path LIKE '/etc/service-${n}/%'"`,
  (n) => `table: deb_packages, where: { name: package-${n} }, expect: { version: { version_ge: "1.${n}" } }`,
]

function writeCheck(n: number): string {
  const prose = Array.from(
    { length: 14 },
    (_, line) =>
      `  Sentence ${line} of check ${n} (${digest(`${n} ${line}`).slice(0, 16)}) says why this matters and how it is mended on a machine.`,
  )
  return `id: topic-${n % 20}-setting-${n}
title: Setting ${n} of topic ${n % 20} is as it should be
severity: ${['low', 'medium', 'high', 'critical'][n % 4]}
tags: [bench]
why: |
${prose.slice(0, 10).join('\n')}
fix: |
${prose.slice(10).join('\n')}
platforms: { linux: { ${FORMS[n % FORMS.length]?.(n)} } }
`
}

/** What a source answers for check `n`: the JSON text of its leaf's query. A new `variant` is new evidence. */
export function answerOf(n: number, verdict: 'pass' | 'fail', variant: number): string {
  const tally = { pass: 0, warn: 0, fail: 0, error: 0, not_applicable: 0 }
  const judged = verdict === 'pass' ? 1 : 0
  const form = n % FORMS.length
  const rows =
    form === 0
      ? [{ verdict, judged, evidence: { current_value: String(judged + variant), name: `net.setting_${n}` } }]
      : form === 1
        ? ['main.conf', 'keys.conf', 'users.conf'].map((file, uid) => {
            const evidence = { mode: judged ? '0640' : '0644', uid: uid + variant }
            return { verdict, resource: `/etc/service-${n}/${file}`, judged, evidence }
          })
        : [{ verdict, judged, evidence: { name: `package-${n}`, version: `1.${judged ? n : 0}.${variant}-1` } }]
  return JSON.stringify({ tally: { ...tally, [verdict]: rows.length }, rows })
}

export function assetOf(n: number): AssetFacts {
  const uuid = `${digest(`asset ${n}`).slice(0, 8)}-0000-4000-8000-${String(n).padStart(12, '0')}`
  return {
    uuid,
    name: `host-${n}.example.net`,
    platform: 'linux',
    os: 'Debian GNU/Linux 12 (bookworm)',
    osquery: '5.12.1',
  }
}

type Finding = Pick<ReportedCheck, 'verdict' | 'reason' | 'evidence' | 'evidenceTotal'>

/** Judges, diffs and commits what machines that are asked the same checks answer. */
export class Intake {
  readonly #store: Store
  readonly #checks: readonly ((answer: string) => ReportedCheck)[]
  readonly #plan: BatchPlan

  /** `period`: seconds between two reports. */
  constructor(store: Store, checks: readonly CompiledCheck[], { period = PERIOD } = {}) {
    this.#store = store
    const asked = checks.map((check) => describeCheck(check, period))
    this.#checks = checks.map((check, index) => {
      const decide = createJudge(check, (judgement) => ({
        ...(asked[index] as AskedCheck),
        ...toFinding(judgement, check),
      }))
      return (answer) => decide([{ answer }])
    })
    this.#plan = planBatch({ checks: asked, expected: null }, { digest })
  }

  commit(asset: AssetFacts, observedAt: number, answers: readonly string[]): Promise<Committed> {
    const report: AssetReport = {
      asset,
      source: { kind: 'socket', version: asset.osquery, preview: false, reportsUnreadable: false },
      observedAt,
      checks: this.#checks.map((decide, index) => decide(answers[index] ?? '')),
      expected: null,
    }
    const batch = describeBatch(report, { digest, plan: this.#plan })
    return this.#store.commit(asset, (state) => diffReport(state, report, { batch, tagOf }), batch)
  }
}

type AskedCheck = Omit<ReportedCheck, keyof Finding>

function describeCheck({ check, version, platform }: CompiledCheck, period: number): AskedCheck {
  const { id, title, severity, formerly, why, fix, tags, document } = check
  const body = JSON.stringify({ check: id, title, severity, tags, why, fix, platform, params: {}, document })
  return { id, title, severity, formerly, version, definition: { digest: digest(body), body }, period }
}

function toFinding({ verdict, reasons, leaves }: Judgement, { tree }: CompiledCheck): Finding {
  const deciding = decidingLeaves(tree, verdict, (index) => leaves[index]?.verdict ?? 'error')
  const found = deciding.map((index) => leaves[index] as LeafJudgement)
  return {
    verdict,
    reason: reasons.length > 0 ? reasons.join('; ') : null,
    evidence: found.flatMap(({ rows }) => rows.map(({ evidence, ...row }) => ({ ...row, found: evidence }))),
    evidenceTotal: found.reduce((sum, leaf) => sum + (leaf.verdict === 'pass' ? leaf.total : leaf.notPassing), 0),
  }
}
