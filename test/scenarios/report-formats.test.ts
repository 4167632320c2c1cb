import { describe, expect, it } from 'vitest'
import { findOscalProblems, findSarifProblems } from '../formats/validate-formats.ts'
import { findOcsfProblems } from '../formats/validate-ocsf.ts'
import { runChecks } from './run-checks.ts'
import { writeCheck, writeFiles } from './write-checks.ts'

const HOSTILE = "SELECT 0 AS passed, '</script>{0}' || char(27, 10) AS resource, '[x](javascript:a)' AS reason"

/** Checks that fail, pass and cannot be judged; a framework over them; a waiver for one of them. */
function writeWorld(): string {
  return writeFiles({
    'keelson.yaml': 'library: false\nchecks: [checks]\nframeworks: [frameworks]\nwaivers: [waivers]\nstate: state.db\n',
    'checks/checks.yaml': [
      writeCheck('holds', 'SELECT 1 AS passed'),
      writeCheck('broken', HOSTILE, 'fix: "Run `mend`."\n'),
      writeCheck('accepted', "SELECT 0 AS passed, 'known' AS reason"),
      writeCheck('unclear', "SELECT 'maybe' AS passed"),
    ].join('---\n'),
    'frameworks/ours@1.yaml': `framework: ours
version: "1"
title: Ours
publisher: Us
source: invented for a test
licence: public domain
titles: own
requirements:
  AC-1: { measure: measured, checks: [holds] }
  AC-2(1): { checks: [broken] }
  AC-3: { checks: [accepted] }
  AC-4: { checks: [unclear] }
  AC-5: {}
`,
    'waivers/all.yaml': `waivers:
  - id: old-system
    checks: [accepted]
    assets: { all: true }
    reason: It is switched off soon.
    approver: A. Person
    risk: low
    from: 2020-01-01T00:00:00Z
    until: ${new Date(Date.now() + 30 * 86_400_000).toISOString()}
`,
  })
}

const read = {
  sarif: (text: string) => JSON.parse(text),
  oscal: (text: string) => JSON.parse(text),
  ocsf: (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
}
const problems = {
  sarif: findSarifProblems,
  oscal: findOscalProblems,
  ocsf: (findings: Readonly<Record<string, unknown>>[]) => findings.flatMap(findOcsfProblems),
}

describe.each(['sarif', 'oscal', 'ocsf'] as const)('%s', (format) => {
  it('is valid for a run and for what is remembered of it, and says the same of both', async () => {
    const cwd = writeWorld()
    const flags = ['--framework', 'ours@1', '--format', format]
    const ran = await runChecks(['run', ...flags, '--state', 'state.db'], { cwd })
    expect(ran.code, ran.stderr).toBe(1)
    const known = await runChecks(['report', ...flags, '--state', 'state.db'], { cwd })
    expect(known.code, known.stderr).toBe(0)
    for (const { stdout } of [ran, known]) {
      expect(problems[format](read[format](stdout))).toEqual([])
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
      expect(stdout).toContain('old-system')
      for (const id of ['holds', 'broken', 'accepted', 'unclear']) expect(stdout).toContain(`"${id}"`)
      expect(stdout).not.toContain(cwd)
    }
  })
})

describe('a run for a framework', () => {
  it('has what it comes to in JSON, and waivers in every format for other systems', async () => {
    const cwd = writeWorld()
    const write = async (format: string) =>
      (await runChecks(['run', '--framework', 'ours@1', '--format', format], { cwd })).stdout
    const { frameworks } = JSON.parse(await write('json'))
    const statuses = frameworks[0].requirements.map(
      ({ id, status }: { id: string; status: string }) => `${id} ${status}`,
    )
    expect(statuses).toEqual(['AC-1 met', 'AC-2(1) not_met', 'AC-3 waived', 'AC-4 unknown', 'AC-5 unmeasured'])
    const [run] = JSON.parse(await write('sarif')).runs
    const accepted = run.results.find(({ ruleId }: { ruleId: string }) => ruleId === 'accepted')
    expect(accepted.suppressions).toMatchObject([{ status: 'accepted', properties: { waiver: 'old-system' } }])
    const [result] = JSON.parse(await write('oscal'))['assessment-results'].results
    const targets = result.findings.map(
      ({ target }: { target: { 'target-id': string; status: { state: string } } }) => [
        target['target-id'],
        target.status.state,
      ],
    )
    expect(targets).toEqual([
      ['ac-1_obj', 'satisfied'],
      ['ac-2.1_obj', 'not-satisfied'],
      ['ac-3_obj', 'not-satisfied'],
    ])
    const findings = read.ocsf(await write('ocsf'))
    const suppressed = findings.filter(({ status }: { status: string }) => status === 'Suppressed')
    expect(suppressed).toMatchObject([{ finding_info: { analytic: { uid: 'accepted' } } }])
    expect(findings.flatMap(({ compliance }) => compliance.requirements)).toContain('ours@1 AC-2(1)')
    expect(await write('markdown')).toContain('### Ours (ours@')
    expect(await write('csv')).toContain('ours@1 AC-2(1)')
    expect(await write('junit')).toContain('name="ours@1"')
  })
})
