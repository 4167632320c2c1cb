import { describe, expect, it } from 'vitest'
import { readCsv } from '../formats/read-csv.ts'
import { readXml } from '../formats/read-xml.ts'
import { runChecks, runForReport } from './run-checks.ts'
import { onlyChecks, writeCheck } from './write-checks.ts'

const HOSTILE = "SELECT 0 AS passed, '=cmd()' || char(27, 93) || '<b>|`' AS resource, '\u202eabc' AS reason"
const FILES = {
  'a.yaml': writeCheck('passing', 'SELECT 1 AS passed, 7 AS found', 'fix: Nothing to do.\n'),
  'b.yaml': writeCheck('warning', "SELECT 'warn' AS verdict, 'it is old' AS reason"),
  'c.yaml': writeCheck(
    'failing',
    'SELECT uid <> 0 AS passed, username AS resource FROM users WHERE uid = 0',
    'fix: Mend it.\n',
  ),
  'd.yaml': writeCheck('unclear', "SELECT 'maybe' AS passed"),
  'e.yaml': `id: elsewhere\ntitle: About elsewhere\nseverity: low\nplatforms: { darwin: { sql: SELECT 1 AS passed } }\n`,
  'f.yaml': writeCheck('hostile', HOSTILE),
}
const IDS = ['passing', 'warning', 'failing', 'unclear', 'elsewhere', 'hostile']

async function run(format: string, ...args: string[]): Promise<string> {
  const { code, stdout } = await runChecks(['run', ...IDS, '--format', format, ...args, ...onlyChecks(FILES)])
  expect(code).toBe(1)
  return stdout
}

describe('a report', () => {
  it('as JSON is one object of the promised shape', async () => {
    const report = JSON.parse(await run('json'))
    expect(Object.keys(report)).toEqual(['asset', 'source', 'startedAt', 'finishedAt', 'results', 'summary', 'memory'])
    expect(report.asset).toMatchObject({ uuid: expect.any(String), name: expect.any(String), platform: 'linux' })
    expect(report.source).toMatchObject({ kind: 'embedded', version: expect.any(String), preview: true })
    for (const time of [report.startedAt, report.finishedAt]) expect(new Date(time).toISOString()).toBe(time)
    expect(report.summary).toEqual({ pass: 1, warn: 1, fail: 2, error: 1, not_applicable: 1 })
    expect(report.results.map(({ check }: { check: string }) => check).sort()).toEqual([...IDS].sort())
    for (const result of report.results) {
      expect(result).toMatchObject({ title: `About ${result.check}`, severity: expect.any(String) })
      for (const key of ['version', 'verdict', 'evidence', 'error', 'fix', 'reason']) expect(result).toHaveProperty(key)
      expect(Array.isArray(result.evidence)).toBe(true)
      expect(result.error === null).toBe(result.verdict !== 'error')
    }
    const failing = report.results.find(({ check }: { check: string }) => check === 'failing')
    expect(failing).toMatchObject({
      verdict: 'fail',
      fix: 'Mend it.',
      evidence: [{ verdict: 'fail', resource: 'root' }],
    })
  })

  it('as JSON lines has one object per check', async () => {
    const lines = (await run('jsonl'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ check }) => check).sort()).toEqual([...IDS].sort())
    for (const line of lines) expect(line).toMatchObject({ verdict: expect.any(String), asset: expect.anything() })
  })

  it('as JUnit is XML that a CI reads: failures, errors and skipped', async () => {
    const text = await run('junit')
    expect(() => readXml(text)).not.toThrow()
    expect(text.match(/<testcase /g)).toHaveLength(6)
    expect(text.match(/<failure/g)).toHaveLength(2)
    expect(text.match(/<error/g)).toHaveLength(1)
    expect(text.match(/<skipped/g)).toHaveLength(1)
    expect(text).not.toContain('\u001b')
  })

  it('as CSV has a row per check, and no cell that a spreadsheet would run', async () => {
    const [head, ...rows] = readCsv(await run('csv'))
    expect(head).toContain('verdict')
    expect(rows).toHaveLength(6)
    expect(rows.flat().filter((cell) => /^[=+@-]/.test(cell))).toEqual([])
  })

  it('as Markdown has a table of every check, with nothing of HTML', async () => {
    const text = await run('markdown')
    for (const id of IDS) expect(text).toContain(id)
    // A fenced block shows text as it is.
    expect(text.replaceAll(/^```text\n.*?^```$/gms, '')).not.toMatch(/<b>/)
  })

  it('as a table says what failed, with its evidence and its fix, and names the source', async () => {
    const text = await run('table')
    for (const words of ['failing', 'root', 'Mend it.', 'it is old', 'maybe']) expect(text).toContain(words)
    expect(text).toMatch(/6 checks .*2 failed/)
    expect(text).toMatch(/Source: embedded engine \(preview/)
    expect(text).not.toContain('Nothing to do.')
    expect(text).not.toMatch(/[\u001b\u202e]/)
  })

  it('has colours where they are forced, and none where NO_COLOR or a pipe is', async () => {
    const args = ['run', ...onlyChecks(FILES)]
    const [forced, piped, refused] = await Promise.all([
      runChecks(args, { env: { FORCE_COLOR: '1' } }),
      runChecks(args),
      runChecks(args, { env: { NO_COLOR: '1' } }),
    ])
    expect(forced.stdout).toMatch(/\u001b\[\d+m/)
    expect(piped.stdout).not.toContain('\u001b')
    expect(refused.stdout).not.toContain('\u001b')
    // Progress is for who watches.
    expect(forced.stderr + piped.stderr + refused.stderr).toBe('')
  })
})

describe('the exit code', () => {
  it.each([
    ['everything passes', ['passing'], [], 0],
    ['something warns', ['passing', 'warning'], [], 0],
    ['something warns, with --strict', ['passing', 'warning'], ['--strict'], 1],
    ['something cannot be judged', ['passing', 'unclear'], [], 2],
    ['something fails and something cannot be judged', ['failing', 'unclear'], [], 1],
    ['something warns and something cannot be judged, with --strict', ['warning', 'unclear'], ['--strict'], 1],
    ['nothing applies', ['elsewhere'], ['--strict'], 0],
    ['the command is used wrongly', ['failing', 'no-such-check'], [], 3],
  ])('when %s', async (_, ids, args, expected) => {
    const { code } = await runForReport([...ids, ...args, ...onlyChecks(FILES)])
    expect(code).toBe(expected)
  })
})
