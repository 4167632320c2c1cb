// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what people write
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { readSinks } from '../../src/delivery/read-sinks.ts'
import { SINK_KINDS } from '../../src/delivery/sink-kinds.ts'
import { makeFolder } from '../scenarios/run-checks.ts'

const CANARY = 'canary-5f2b9c'

/** Reads keelson.yaml with this text below `sinks:`. */
function read(
  text: string,
  { env = {}, folder = makeFolder() }: { env?: Record<string, string>; folder?: string } = {},
) {
  writeFileSync(join(folder, 'keelson.yaml'), `sinks:\n${text.replace(/^/gm, '  ')}\n`, { mode: 0o600 })
  const { sinks } = readConfig({}, {}, folder)
  if (!sinks) throw new Error('there is no section')
  const { diagnostics, ...answer } = readSinks(sinks, { kinds: SINK_KINDS, env })
  const problems = diagnostics.map(
    ({ level, message, hint, place }) => `${place.line}:${place.column} ${level}: ${message} | ${hint}`,
  )
  return { ...answer, problems, diagnostics, folder }
}

/** The options of the only sink, as its kind gets them. */
function optionsOf(text: string, more?: Parameters<typeof read>[1]) {
  const { sinks, problems, folder } = read(text, more)
  expect(problems.filter((problem) => problem.includes('error'))).toEqual([])
  const [, , , , options] = JSON.parse(sinks[0]?.identity ?? '[]')
  return { options, folder, problems }
}

describe('sinks in keelson.yaml', () => {
  it('are read with their format, where they begin, and what they are not given', () => {
    const { sinks, problems } = read(`
log: { type: stdout }
siem:
  type: webhook
  url: https://siem.example.org/events
  format: ocsf
  begin: start
  exclude:
    - { action: asset_compliance, level: [info, WARNING] }
    - { check: 'ssh-*', tag: lab, asset: 'test-?', level: INFO }
`)
    expect(problems).toEqual([])
    expect(sinks).toMatchObject([
      { name: 'log', kind: { type: 'stdout' }, format: 'keelson', begin: 'now', exclude: [] },
      {
        name: 'siem',
        format: 'ocsf',
        begin: 'start',
        exclude: [
          { action: 'ASSET_COMPLIANCE', levels: ['INFO', 'WARNING'] },
          { check: 'ssh-*', tag: 'lab', asset: 'test-?', levels: ['INFO'] },
        ],
      },
    ])
  })

  it('tell every mistake at once, with its place and a hint', () => {
    const { problems, sinks } = read(`
a b: { type: fiel }
log: { type: file, pth: x, rotate_bytes: lots, format: oscf, begin: later }
hook: { type: webhook, url: 'ftp://x', exclude: [{ lvel: INFO }, {}, { level: BAD, action: ASSET_COMPLIANC }] }
people: { type: slack, url: 'https://hooks.example.org/x', format: ocsf }
nothing: 7
none: {}
`)
    expect(sinks).toEqual([])
    expect(problems).toEqual([
      expect.stringMatching(/^3:3 error: this is no name for a sink/),
      expect.stringMatching(/^3:16 error: type must be one of file, .* \| did you mean file\?/),
      expect.stringMatching(/^4:\d+ error: format must be one of .* \| did you mean ocsf\?/),
      expect.stringMatching(/^4:\d+ error: begin must be one of start, now/),
      expect.stringMatching(/^4:22 error: file has no option pth \| did you mean path\?/),
      expect.stringMatching(/^4:\d+ error: rotate_bytes must be a whole number/),
      expect.stringMatching(/^4:3 error: path is missing/),
      expect.stringMatching(/^5:\d+ error: a filter has no lvel \| did you mean level\?/),
      expect.stringMatching(/^5:\d+ error: an empty filter would leave out everything/),
      expect.stringMatching(/^5:\d+ error: level may be INFO, WARNING, ERROR, CRITICAL/),
      expect.stringMatching(/^5:\d+ error: no event has the action ASSET_COMPLIANC \| did you mean ASSET_COMPLIANCE\?/),
      expect.stringMatching(/^5:\d+ error: url is no address/),
      expect.stringMatching(/^6:\d+ error: format says nothing for slack/),
      expect.stringMatching(/^6:\d+ warning: whoever may read this file knows the url/),
      expect.stringMatching(/^7:\d+ error: a sink must be a mapping with a type/),
      expect.stringMatching(/^8:3 error: type is missing \| one of file, /),
    ])
  })

  it('must be a mapping', () => {
    expect(read('- type: file').problems).toEqual([expect.stringContaining('sinks must be a mapping')])
  })

  it('take what YAML made a number of for the text that was written', () => {
    const { options } = optionsOf('log: { type: file, path: 2026, mode: 0640 }')
    expect(options).toMatchObject({ path: expect.stringMatching(/\/2026$/), mode: '0640' })
    expect(optionsOf('run: { type: exec, command: [/bin/x, 1.10, true], refuse_codes: 65 }').options).toEqual({
      command: ['/bin/x', '1.10', 'true'],
      refuse_codes: ['65'],
    })
    const env = { PORT: '2525', WAIT: '5m', EACH: 'true' }
    expect(
      optionsOf(
        "m: { type: email, host: m.example.org, port: '${env:PORT}', timeout: '${env:WAIT}', from: a@b.org, to: c@d.org }",
        { env },
      ).options,
    ).toMatchObject({ port: 2525, timeout: 300, to: ['c@d.org'] })
    expect(
      optionsOf("run: { type: exec, command: /bin/x, each: '${env:EACH}', timeout: 90 }", { env }).options,
    ).toMatchObject({ each: true, timeout: 90 })
    expect(optionsOf('log: { type: file, path: x, rotate_bytes: 1_000_000, rotate_every: 1d }').options).toMatchObject({
      rotate_bytes: 1_000_000,
      rotate_every: 86_400,
    })
  })

  it('take paths from the folder of keelson.yaml', () => {
    const { options, folder } = optionsOf('log: { type: file, path: out/events.jsonl }')
    expect(options.path).toBe(join(folder, 'out/events.jsonl'))
  })
})

describe('secrets of sinks', () => {
  it('come from the environment and from files, as a whole or within a text, and in no other form', () => {
    const folder = makeFolder()
    writeFileSync(join(folder, 'token'), `${CANARY}\r\n\n`, { mode: 0o600 })
    const text = `hook: { type: webhook, url: "https://x.org/\${env:A}", headers: { Authorization: "Bearer \${file:token}", X-Plain: "$\${A} $5 {env:A}" } }`
    expect(optionsOf(text, { env: { A: 'a${env:B}' }, folder }).options).toEqual({
      url: 'https://x.org/a${env:B}',
      headers: { Authorization: `Bearer ${CANARY}`, 'X-Plain': '${A} $5 {env:A}' },
    })
  })

  it('are named when they are missing, and never shown', () => {
    const folder = makeFolder()
    writeFileSync(join(folder, 'empty'), '\n')
    const { problems } = read(
      [
        'a: { type: webhook, url: "${env:NOWHERE}" }',
        'b: { type: webhook, url: "${env:BLANK}" }',
        'c: { type: webhook, url: "${file:none}", secret: "${file:empty}" }',
        'd: { type: webhook, url: "${file:.}", secret: "${ENV:A}" }',
        'e: { type: webhook, url: "https://x.org", secret: "${env:A" }',
        'f: { type: file, path: x, fsync: "${env:A}" }',
        'g: { type: file, path: x, rotate_bytes: "${env:A}" }',
      ].join('\n'),
      { env: { A: CANARY, BLANK: '' }, folder },
    )
    expect(problems).toEqual([
      expect.stringContaining('2:28 error: the environment variable NOWHERE is not set'),
      expect.stringContaining('the environment variable BLANK is empty'),
      expect.stringContaining('the file none does not exist'),
      expect.stringContaining('the file empty is empty'),
      expect.stringContaining('the file . is no file'),
      expect.stringContaining('the placeholder is not understood | ${env:NAME} or ${file:PATH}'),
      expect.stringContaining('the placeholder is not understood'),
      expect.stringContaining('fsync must be one of always, interval, never'),
      expect.stringContaining('rotate_bytes must be a whole number'),
    ])
    expect(JSON.stringify(problems)).not.toContain(CANARY)
  })

  it('are refused where everybody could see them', () => {
    const { problems } = read('run: { type: exec, command: [/bin/x, "--token=${env:A}"] }', { env: { A: CANARY } })
    expect(problems).toEqual([
      expect.stringMatching(/^2:40 error: everybody on this machine could see .* \| hand a secret over in env/),
    ])
  })

  it('are warned of when others may read them', () => {
    const folder = makeFolder()
    writeFileSync(join(folder, 'token'), `whsec_${Buffer.alloc(32).toString('base64')}`)
    chmodSync(join(folder, 'token'), 0o644)
    const { problems, sinks } = read('a: { type: webhook, url: "https://x.org", secret: "${file:token}" }', { folder })
    expect(problems).toEqual([expect.stringMatching(/warning: everybody on this machine may read token \| chmod 600/)])
    expect(sinks).toHaveLength(1)
  })

  it('stand in nothing that a sink says, whatever it says', async () => {
    const env = { HOST: `${CANARY}.invalid`, PASS: `${CANARY}/+ü` }
    const { sinks } = read(
      'a: { type: elastic, url: "http://${env:HOST}:9", index: x, user: me, password: "${env:PASS}" }',
      { env },
    )
    const said: string[] = []
    const sink = sinks[0]?.open({ clock: Date.now, log: (message) => said.push(message) })
    const event = {
      uuid: 'u',
      timestamp: '',
      level: 'INFO' as const,
      action: 'A',
      meta: null,
      changes: null,
      item: null,
      company: null,
      user: null,
      team: null,
      asset: null,
    }
    const result = await sink?.send([{ sequence: 1, event, document: event }], AbortSignal.timeout(5000))
    await sink?.close()
    expect(result?.failure?.message).toContain('***')
    expect(JSON.stringify([result, said])).not.toContain(CANARY)
  })
})
