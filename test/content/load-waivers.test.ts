import { hash } from 'node:crypto'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AcceptanceContext } from '../../src/content/check-acceptance.ts'
import { loadWaivers } from '../../src/content/load-waivers.ts'
import { findNextNotice, listNotices } from '../../src/core/expiry.ts'
import { indexFrameworks } from '../../src/core/profile.ts'
import { makeFramework } from '../core/make-framework.ts'
import { showDiagnostics, writeFolder } from './write-folder.ts'

const DAY = 86_400_000
const context = {
  checks: [
    { id: 'usb-storage-disabled', formerly: ['usb-off'] },
    { id: 'usb-guard', formerly: [] },
  ],
  frameworks: indexFrameworks([
    makeFramework(
      [
        { id: 'at', heading: true },
        { id: 'at-2', parent: 'at' },
        { id: 'at-3', parent: 'at' },
      ],
      {
        formerly: ['old@1'],
      },
    ),
  ]),
  longest: 366 * DAY,
}

const WAIVER = {
  id: 'lab',
  checks: ['usb-storage-disabled'],
  assets: { labels: ['lab'] },
  reason: 'the instruments are read by USB',
  approver: 'Ann',
  risk: 'low',
  from: '2026-03-04T00:00:00Z',
  until: '2026-12-31T23:59:59+01:00',
}
const ATTESTATION = {
  id: 'training',
  framework: 'example@1',
  requirements: ['at-2'],
  by: 'Ann',
  statement: 'everybody was trained',
  from: '2026-03-04T00:00:00Z',
  until: '2026-12-31T23:59:59Z',
}

function load(files: Readonly<Record<string, string>>, more: Partial<AcceptanceContext> = {}) {
  const folder = writeFolder(files)
  const { diagnostics, ...loaded } = loadWaivers([folder], { ...context, ...more })
  return { ...loaded, folder, problems: showDiagnostics(diagnostics, folder) }
}

const waivers = (...list: readonly object[]) => ({ 'w.yaml': JSON.stringify({ waivers: list }) })
const attestations = (...list: readonly object[]) => ({ 'a.yaml': JSON.stringify({ attestations: list }) })

describe('a file of waivers', () => {
  it('is read with its times in their zones, and each with its place', () => {
    const text = `waivers:
  - id: lab
    checks: [usb-storage-disabled, "usb-*"]
    assets: { ids: [4E8924A8-31FF-4895-8956-92879B8C617E], names: ["lab-*"], labels: [lab] }
    reason: the instruments are read by USB
    approver: Ann
    risk: low
    from: 2026-03-04T00:00:00Z
    until: 2026-12-31T23:59:59+01:00
    compensating: usb-guard
`
    const { waivers, problems, folder } = load({ 'sub/lab.yaml': text.replace('compensating', '# compensating') })
    expect(problems).toEqual([])
    expect(waivers).toEqual([
      {
        kind: 'waiver',
        id: 'lab',
        checks: ['usb-storage-disabled', 'usb-*'],
        assets: { all: false, ids: ['4e8924a8-31ff-4895-8956-92879b8c617e'], names: ['lab-*'], labels: ['lab'] },
        reason: 'the instruments are read by USB',
        approver: 'Ann',
        risk: 'low',
        from: Date.UTC(2026, 2, 4),
        until: Date.UTC(2026, 11, 31, 22, 59, 59),
        origin: { file: join(folder, 'sub/lab.yaml'), line: 2, column: 5 },
      },
    ])
    expect(load({ 'lab.yaml': text }).waivers[0]).toMatchObject({ compensating: 'usb-guard' })
  })

  it('shows every mistake at once, each where it is, and leaves out only what is wrong', () => {
    const text = `waivers:
  - id: one
    checks: [usb-storage-disbled, "x-*"]
    reason: ""
    approver: Ann
    risk: some
    from: 2026-03-04
    until: 2026-03-03T00:00:00
    assests: { labels: [lab] }
  - id: two
    checks: [usb-off]
    assets: {}
    reason: r
    approver: Ann
    risk: low
    from: 2026-03-04T00:00:00Z
    until: 2026-03-03T00:00:00Z
    compensating: usb-off
  - { id: three, checks: [usb-guard], assets: { all: true }, reason: r, approver: a, risk: low, from: 2026-03-04T00:00:00Z, until: 2026-03-05T00:00:00Z }
`
    const { waivers, problems } = load({ 'w.yaml': text })
    expect(waivers.map(({ id }) => id)).toEqual(['three'])
    const shown = problems.join('\n')
    for (const line of [
      /w\.yaml:3:14: there is no check "usb-storage-disbled" \| did you mean "usb-storage-disabled"\?/,
      /w\.yaml:3:35: warning: no check is called "x-\*"/,
      /w\.yaml:4:13: .*must not be empty/,
      /w\.yaml:6:11: .*must be low, medium, high or critical, not the text "some"/,
      /w\.yaml:7:11: from is a date without a time: 2026-03-04 \| say when on that day/,
      /w\.yaml:8:12: until names no time zone/,
      /w\.yaml:9:5: unknown key "assests".*did you mean "assets"\?/,
      /w\.yaml:11:14: there is no check "usb-off" \| it is called usb-storage-disabled now/,
      /w\.yaml:12:13: .*must not be an empty mapping/,
      /w\.yaml:17:12: "until" is not after "from"/,
      /w\.yaml:18:19: the check whose failure is accepted cannot be/,
    ]) {
      expect(shown).toMatch(line)
    }
  })

  it('must say which assets are meant', () => {
    const { assets: _, ...rest } = WAIVER
    expect(load(waivers(rest)).problems.join()).toMatch(/needs the key "assets" \| assets: Which assets are meant/)
    expect(load(waivers({ ...WAIVER, assets: { all: true, labels: ['a'] } })).problems.join()).toMatch(/named besides/)
    expect(load(waivers({ ...WAIVER, assets: { all: false } })).waivers).toEqual([])
  })

  it('holds each id once, also among several files', () => {
    const { problems, waivers: loaded } = load({
      'a.yaml': JSON.stringify({ waivers: [WAIVER] }),
      'b.yaml': JSON.stringify({ waivers: [WAIVER] }),
    })
    expect(problems.join()).toMatch(/b\.yaml:1:19: waiver "lab" is written twice: here and at <folder>\/a\.yaml:1:19/)
    expect(loaded).toHaveLength(1)
  })

  it('may hold longer than usual, which is worth a warning', () => {
    const { problems, waivers: loaded } = load(waivers({ ...WAIVER, until: '2028-12-31T23:59:59Z' }))
    expect(problems.join()).toMatch(/warning: it holds for 1034 days, longer than 366 days/)
    expect(loaded).toHaveLength(1)
  })

  it('is read without looking at checks where there is no library', () => {
    const { problems } = load(waivers({ ...WAIVER, checks: ['unheard-of'] }), { checks: undefined })
    expect(problems).toEqual([])
  })
})

describe('a file of attestations', () => {
  it('is read, for all assets unless it says otherwise, also under an earlier reference', () => {
    const old = { ...ATTESTATION, id: 'old', framework: 'old@1', requirements: ['at-*'], assets: { names: ['a'] } }
    const loaded = load(attestations(ATTESTATION, old))
    expect(loaded.problems).toEqual([])
    expect(loaded.attestations.map(({ id, assets }) => [id, assets.all])).toEqual([
      ['training', true],
      ['old', false],
    ])
  })

  it.each([
    ['framework', 'exampel@1', /there is no framework "exampel@1" \| did you mean "example@1"\?/],
    ['requirements', ['at-4'], /example@1 has no requirement "at-4" \| did you mean "at-[23]"\?/],
    ['requirements', ['at'], /"at" is a heading of example@1.* \| name the requirements under it/],
    ['requirements', ['x-*'], /warning: no requirement is called "x-\*"/],
    ['evidence', { file: 'gone.pdf', sha256: 'a'.repeat(64) }, /a\.yaml:1:\d+: the evidence "gone.pdf" cannot be read/],
    ['evidence', { file: 'a.yaml', sha256: 'a'.repeat(64) }, /"a.yaml" is not what it was when this was attested: its/],
    ['evidence', { file: 'a.yaml', sha256: 'short' }, /must be a SHA-256 of 64 hex digits/],
  ])('with a wrong %s is told of: %j', (key, value, problem) => {
    const { problems, attestations: loaded } = load(attestations({ ...ATTESTATION, [key]: value }))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(problem)
    expect(loaded).toHaveLength(problems[0]?.includes('warning') ? 1 : 0)
  })

  it('proves the evidence by its hash, from the folder of the file', () => {
    const sha256 = hash('sha256', 'all were there', 'hex').toUpperCase()
    const files = { 'x/proof.txt': 'all were there' }
    const evidence = { file: 'proof.txt', sha256 }
    const { problems, attestations: loaded } = load({
      ...files,
      'x/a.yaml': JSON.stringify({ attestations: [{ ...ATTESTATION, evidence }] }),
    })
    expect(problems).toEqual([])
    expect(loaded[0]?.evidence).toEqual(evidence)
  })
})

describe('whatever is written', () => {
  it('is read without an exception, and what is read can be used', () => {
    const leaf = fc.constantFrom<unknown>(
      'a',
      '*',
      '',
      null,
      1,
      true,
      '2026-03-04T00:00:00Z',
      'example@1',
      'low',
      [],
      {},
    )
    const keys = fc.constantFrom(...Object.keys({ ...WAIVER, ...ATTESTATION }), 'all', 'evidence', 'file', '__proto__')
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.array(fc.tuple(keys, tie('value')), { maxLength: 6 }).map(Object.fromEntries),
      ),
    }))
    const item = fc.oneof(
      value,
      fc.tuple(keys, value).map(([key, part]) => ({ ...WAIVER, [key]: part })),
      fc.tuple(keys, value).map(([key, part]) => ({ ...ATTESTATION, [key]: part })),
    )
    const file = fc.record({ waivers: fc.oneof(value, fc.array(item)), attestations: fc.oneof(value, fc.array(item)) })
    fc.assert(
      fc.property(file, (written) => {
        const loaded = load({ 'w.yaml': JSON.stringify(written) })
        const all = [...loaded.waivers, ...loaded.attestations]
        listNotices(all, 0, DAY)
        findNextNotice(all, 0, DAY)
        for (const { until } of all) expect(until).toBeGreaterThan(0)
      }),
      { numRuns: 100 },
    )
  })
})
