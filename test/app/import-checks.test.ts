import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ImportRequest, importChecks } from '../../src/app/exchange/import-checks.ts'
import { makeConfig } from '../../src/config.ts'

const VECTORS = join(import.meta.dirname, '..', 'vectors', 'exchange')
const config = makeConfig({ library: false })

async function importFile(format: ImportRequest['format'], name: string, more: Partial<ImportRequest> = {}) {
  const text = readFileSync(join(VECTORS, name), 'utf8')
  return importText(format, name, text, more)
}

async function importText(
  format: ImportRequest['format'],
  file: string,
  text: string,
  more: Partial<ImportRequest> = {},
) {
  const { checks, lost } = await importChecks({ format, files: [{ file, text }], to: 'out', ...more }, config)
  const told = lost.map(({ place, message }) => `${place.file}:${place.line}: ${message}`)
  return { checks, byId: new Map(checks.map((check) => [check.id, check])), told }
}

describe('policies of Fleet', () => {
  it('come in from documents, with what is lost of them by file and line', async () => {
    const { checks, byId, told } = await importFile('fleet', 'fleet-documents.yml')
    expect(checks.map(({ id }) => id)).toEqual(['fleet-gatekeeper-is-on', 'fleet-no-nfs-server'])
    expect(checks.flatMap(({ findings }) => findings)).toEqual([])
    const { text } = byId.get('fleet-gatekeeper-is-on')!
    expect(text).toContain('# Imported from fleet-documents.yml:4, the policy "Gatekeeper is on" of Fleet.')
    expect(text).toContain('severity: critical\n')
    expect(text).toContain('why: Only signed software starts.\n')
    expect(text).toContain('fix: |\n  Run this:\n    spctl --global-enable'.replace('|', '|-'))
    expect(text).toContain('if_empty: fail')
    expect(told).toEqual([
      'fleet-documents.yml:12: calendar_events_enabled is not carried over: Fleet made calendar events of failures',
      'fleet-documents.yml:13: team is not carried over: it told which hosts of Fleet were asked',
      'fleet-documents.yml:14: "foo" is no key that is known here',
      'fleet-documents.yml:24: chrome is no platform of checks',
      'fleet-documents.yml:26: a query of Fleet judges nothing, so no check comes of it',
      'fleet-documents.yml:32: the policy "Known user" is left out: its value $FLEET_SECRET_ADMIN is filled in elsewhere',
      'fleet-documents.yml:36: the policy "Only Chrome" is for chrome, of which checks know nothing',
    ])
  })

  it('come in from GitOps files, each under an id of its own', async () => {
    const { byId, told } = await importFile('fleet', 'fleet-team.yml')
    expect([...byId.keys()]).toEqual([
      'fleet-root-is-user-0',
      'fleet-root-is-user-0-2',
      'fleet-updates-answer',
      'fleet-no-autostart',
      'fleet-no-secret-in-a-command-line',
    ])
    expect(told).toContain('fleet-team.yml:3: the policies of ../lib/more.policies.yml stand in another file')
    expect(told).toContain('fleet-team.yml:17: queries of Fleet judge nothing, so no check comes of them')
    // A column that would mean something to a check gets another name.
    expect(byId.get('fleet-root-is-user-0')!.text).toContain('SELECT 1 AS passed, "uid", "reason" AS "found_reason"')
  })

  it('that reach out name their effect, and lint says that it is not allowed here', async () => {
    const { byId } = await importFile('fleet', 'fleet-team.yml')
    const { text, findings } = byId.get('fleet-updates-answer')!
    expect(text).toContain('effects: [network]')
    expect(text).toContain('is not asked until keelson.yaml says effects: [network]')
    expect(findings.map(({ code }) => code)).toContain('effect-not-allowed')
  })

  it('that would pass over tables which nobody could read ask first whether they have rows', async () => {
    const { byId } = await importFile('fleet', 'fleet-team.yml')
    const { text, findings } = byId.get('fleet-no-autostart')!
    expect(text).toContain('needs: [SELECT 1 FROM startup_items]')
    expect(findings).toEqual([])
  })

  it('that would show secrets show no evidence', async () => {
    const { byId } = await importFile('fleet', 'fleet-team.yml')
    const { text } = byId.get('fleet-no-secret-in-a-command-line')!
    expect(text).toContain('No evidence is shown')
    expect(text).toContain('SELECT 1 AS passed\n')
  })

  it('come in from an answer of the API, tabs and all', async () => {
    const { byId, told } = await importFile('fleet', 'fleet-api.json')
    expect([...byId.keys()]).toEqual(['fleet-disk-has-room'])
    expect(told).toEqual([
      'fleet-api.json:16: labels_include_any is not carried over: it told which hosts of Fleet were asked',
    ])
  })

  it.each([
    ['policies: 5', 'f:1:11: policies are a list, not the number 5'],
    ['policies:\n  - query: SELECT 1', 'f:2:5: a policy without a name'],
    ['policies:\n  - name: x\n    qery: SELECT 1', 'f:2:5: the policy "x" has no query'],
    ['{"policies": [}', 'f:1:15: not valid JSON'],
    ['a: [', 'f:1:5: not valid YAML'],
    ['just text', 'f:1:1: a file of policies holds a mapping or a list, not the text "just text"'],
    ['', 'f:1:1: no policy of Fleet in this file'],
    ['name: x', 'f:1:1: no policy of Fleet in this file'],
  ])('are refused where the file is wrong: %j', async (text, message) => {
    const error = await importText('fleet', 'f', text).catch((thrown: unknown) => thrown)
    const { diagnostics } = error as { diagnostics: { message: string; place: { line: number; column: number } }[] }
    const said = diagnostics.map(({ message, place }) => `f:${place.line}:${place.column}: ${message}`).join('\n')
    expect(said).toContain(message)
  })
})

describe("queries of osquery's packs", () => {
  it('come in as findings, over comments and lines that go on', async () => {
    const { byId, told } = await importFile('osquery-pack', 'attacks.conf')
    expect([...byId.keys()]).toEqual(['attacks-hidden-binary', 'attacks-odd-shell'])
    const { text, findings } = byId.get('attacks-hidden-binary')!
    expect(findings).toEqual([])
    expect(text).toContain('# Imported from attacks.conf:12, ')
    expect(text).toContain('schedule: 1h\n')
    expect(text).toContain('SELECT 0 AS passed, "path", "mode"')
    expect(text).toContain('if_empty: pass')
    expect(text).toContain("SELECT pid FROM processes WHERE name = 'sshd'")
    expect(text).toContain('A program hides in memory\n\n  Intrusion')
    expect(text).toMatch(/ {2}darwin: &same\n[\s\S]*\n {2}linux: \*same\n/)
    expect(byId.get('attacks-odd-shell')!.text).not.toContain('darwin')
    expect(told).toEqual([
      'attacks.conf:5: shard is not carried over: it told on how many of the hosts the pack ran',
      'attacks.conf:22: interval 90 becomes 2m: schedules are in whole minutes',
      'attacks.conf:25: the query "everything" lists what there is and asks nothing of it',
      'attacks.conf:26: the query "windows_only" is for no platform that checks know and the pack is for',
      'attacks.conf:27: interval 604801 is out of range: it counts seconds, from 1 to 604800',
      'attacks.conf:27: the query "bsd" is for no platform that checks know and the pack is for',
      'attacks.conf:28: interval 900000 is out of range: it counts seconds, from 1 to 604800',
      'attacks.conf:28: the query "two" of the pack "attacks", for osquery 1.4.5 and later is left out: it is several statements',
    ])
  })

  it('come in as passes, and whole lists too, when that is said', async () => {
    const { byId } = await importFile('osquery-pack', 'attacks.conf', { rows: 'pass' })
    expect(byId.get('attacks-everything')!.text).toContain('SELECT 1 AS passed')
    expect(byId.get('attacks-everything')!.text).toContain('if_empty: fail')
  })

  it('come in from the schedule and the packs of a configuration', async () => {
    const { byId, told } = await importFile('osquery-pack', 'osquery.conf')
    expect([...byId.keys()]).toEqual(['schedule-no-telnet', 'inline-guest'])
    expect(byId.get('inline-guest')!.findings).toEqual([])
    expect(told).toEqual([
      'osquery.conf:12: the pack "elsewhere" stands in /usr/share/osquery/packs/it-compliance.conf',
    ])
  })

  it('are refused with the line of a file that is no JSON', async () => {
    const text = '{\n  // fine\n  "queries": { "a": { "query": "SELECT 1 \\\nFROM users" } },\n  oops\n}'
    await expect(importText('osquery-pack', 'f', text)).rejects.toMatchObject({
      diagnostics: [{ code: 'json', place: { file: 'f', line: 5 } }],
    })
  })
})

describe('compliance checks of Zentral', () => {
  it('come in from packs, with the verdict that ztl_status says', async () => {
    const { byId, told } = await importFile('zentral', 'zentral-pack.json')
    expect([...byId.keys()]).toEqual(['zentral-pack-root-owner'])
    const { text, findings } = byId.get('zentral-pack-root-owner')!
    expect(findings).toEqual([])
    expect(text).toContain("WHEN 'FAILED' THEN 'fail'")
    expect(text).toContain('if_empty: error')
    expect(told).toEqual(['zentral-pack.json:11: the query "plain" is no compliance check'])
  })

  it('come in from its API, and what is not of osquery is named', async () => {
    const { byId, told } = await importFile('zentral', 'zentral-api.json')
    expect([...byId.keys()]).toEqual(['zentral-root-owns-itself'])
    expect(told).toEqual([
      'zentral-api.json:3: there are further pages, which are not in this file',
      'zentral-api.json:13: tag is not carried over: Zentral put it on machines that have rows',
      'zentral-api.json:16: the query "Users" is no compliance check',
      'zentral-api.json:17: "By inventory" asks Zentral\'s inventory, not the machine',
    ])
  })
})

describe('whatever is imported', () => {
  it('is kept from being read where it cannot be compiled, and said where it is wrong', async () => {
    const text =
      'policies: [{ name: a, query: SELECT 1 FROM csrutil_info }, { name: b, query: SELECT 1 FROM alf, platform: "darwin,linux" }]'
    const { byId } = await importText('fleet', 'f', text)
    const { path, broken, findings, text: written } = byId.get('fleet-a')!
    expect([path, broken]).toEqual([join('out', 'fleet-a.yaml.broken'), true])
    expect(written).toContain('# It cannot be asked so: mend it')
    const [first] = findings
    expect(written.split('\n')[first!.place.line - 1]).toContain('sql: |-')
    expect(byId.get('fleet-b')).toMatchObject({ broken: false, path: join('out', 'fleet-b.yaml') })
    expect(byId.get('fleet-b')!.remarks).toEqual(['It is left out on linux: no such table: alf.'])
  })

  it('gets no id that another check has, and the same one when it is imported again', async () => {
    const text =
      'policies: [{ name: "Ünïcode / ../..", query: SELECT 1 FROM users }, { name: "😀", query: SELECT 1 FROM users }]'
    const { checks } = await importText('fleet', 'f', text)
    expect(checks.map(({ path }) => path)).toEqual([join('out', 'fleet-unicode.yaml'), join('out', 'fleet.yaml')])
  })

  it('can neither end its comment nor bring keys of its own', async () => {
    const text = JSON.stringify([
      { name: 'x\nid: evil\n---\n', query: "SELECT 1 FROM users\nWHERE username = 'a\nb: c'" },
    ])
    const { checks } = await importText('fleet', 'f\nid: evil', text)
    expect(checks.map(({ id }) => id)).toEqual(['fleet-x-id-evil'])
    expect(checks[0]!.text).not.toMatch(/^(?:id: evil|---|b: c)/m)
    expect(checks[0]!.findings).toEqual([])
  })
})
