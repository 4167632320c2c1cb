import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolder, runChecks } from './run-checks.ts'
import { onlyChecks } from './write-checks.ts'

const CHECKS = `
- id: holds
  title: It <b>holds</b>
  severity: low
  platforms: { linux: { sql: SELECT 1 AS passed } }
- id: broken
  title: It is whole
  severity: critical
  why: Because *so*.
  fix: "Run \`mend\`, then see [the page](https://example.org/) or [a trap](javascript:alert(1))."
  platforms:
    linux:
      sql: |
        SELECT 0 AS passed, '<script>alert(1)</script>' AS resource, 'it is torn' AS reason, 7 AS holes
`

async function makeReport(...more: string[]) {
  const folder = makeFolder()
  const flags = [...onlyChecks({ 'all.yaml': CHECKS }), '--state', join(folder, 'state.db')]
  const ran = await runChecks(['run', '--source', 'embedded', ...flags])
  expect(ran.code).toBe(1)
  const file = join(folder, 'report.html')
  return { folder, flags, file, ...(await runChecks(['report', '--html', file, ...flags, ...more])) }
}

describe('checks report', () => {
  it('writes a page that needs nothing else, failing first, in which what was found is only text', async () => {
    const { code, stderr, file } = await makeReport()
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^wrote .*report\.html: 2 checks, \d+ kB\n$/)])
    const page = readFileSync(file, 'utf8')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(page).toContain('<strong>1 of 2</strong> checks that were judged fail, 1 of them critical')
    expect(page.indexOf('id="check-broken"')).toBeLessThan(page.indexOf('id="check-holds"'))
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).toContain('It &lt;b&gt;holds&lt;/b&gt;')
    expect(page).not.toMatch(/<script|="javascript:/)
    expect(page).toContain('<a href="https://example.org/" rel="noreferrer noopener">the page</a>')
    // Nothing is fetched, whatever the page's links say.
    expect(page).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
    )
    expect(page).not.toMatch(/\ssrc=|<link|@import|url\(/)
  })

  it('shows the frameworks that are asked for, and never counts what no check says anything of', async () => {
    const { file } = await makeReport('--framework', 'nist-csf@2.0', '--framework', 'iso-27001')
    const page = readFileSync(file, 'utf8')
    expect(page).toContain('<strong>0 of 0</strong> requirements that checks say something of')
    expect(page).toContain('Its list is not whole here, so that it has no score')
  })

  it('shows what was accepted as accepted, never as passed', async () => {
    const { folder, flags, file } = await makeReport()
    const give = (...more: string[]) =>
      runChecks([
        'waive',
        'broken',
        '--all-assets',
        '--approver',
        'ciso',
        '--risk',
        'low',
        ...more,
        '--state',
        join(folder, 'state.db'),
        ...flags.slice(0, 3),
      ])
    const until = new Date(Date.now() + 86_400_000).toISOString()
    expect((await give('--reason', 'it is <i>old</i>', '--until', until)).code).toBe(0)
    await runChecks(['report', '--html', file, ...flags])
    const page = readFileSync(file, 'utf8')
    expect(page).toContain('None of 2 checks that were judged fails.')
    expect(page).toContain('1 more failure is accepted.')
    expect(page).toContain('class="square waived"')
    expect(page).toContain('Accepted by ciso until')
    expect(page).toContain('it is &lt;i&gt;old&lt;/i&gt;')
  })

  it.each([
    ['json', (text: string) => expect(JSON.parse(text).results).toMatchObject([{ unseen: true }, { unseen: true }])],
    ['sarif', (text: string) => expect(JSON.parse(text).runs[0].tool.driver.rules[0].properties.unseen).toBe(true)],
    ['oscal', (text: string) => expect(JSON.parse(text)).toHaveProperty('assessment-results')],
    [
      'csv',
      (text: string) =>
        expect(
          text
            .trim()
            .split('\r\n')
            .filter((line) => line.endsWith(',unseen')),
        ).toHaveLength(3),
    ],
    ['markdown', (text: string) => expect(text).toMatch(/It is whole[\s\S]*unseen: nobody has watched it/)],
  ])('writes the same for other systems, as %s', async (format, look) => {
    const { flags } = await makeReport()
    const ran = await runChecks(['report', '--format', format, ...flags])
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    look(ran.stdout)
  })

  it.each([
    [['--format', 'json'], '--html is a format by itself', 'or --format FORMAT'],
    [['--framework', 'nist-csv@2.0'], 'no framework is called nist-csv@2.0', 'did you mean nist-csf@2.0?'],
    [['--at', '2099-01-01'], '--at lies in the future', 'leave it out'],
    [['--since', '1d', '--at', '2d'], '--since 1d is not before --at 2d', 'choose an earlier one'],
    [['--asset', 'nobody'], 'nobody', 'hint'],
    [['--html', '/proc/none/page.html'], 'cannot write /proc/none/page.html', 'name a file in a folder'],
  ])('says of %j what is wrong', async (more, message, hint) => {
    const { code, stderr, file } = await makeReport(...more)
    expect(code).toBe(3)
    expect(stderr).toContain(message)
    expect(stderr).toContain(hint)
    expect(existsSync(file)).toBe(false)
  })

  it('says that there is no state yet', async () => {
    const ran = await runChecks(['report', '--html', '-', '--state', join(makeFolder(), 'none.db')])
    expect(ran.code).toBe(3)
  })
})
