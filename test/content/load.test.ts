import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadLibrary } from '../../src/content/load.ts'
import { EXAMPLE_FILES } from './example.ts'
import { showDiagnostics, writeFolder } from './write-folder.ts'

const check = (id: string, more = '') =>
  `id: ${id}\ntitle: ${id}\nseverity: low\nplatforms: { linux: { sql: SELECT 1 AS passed } }\n${more}`
const template = (name: string, body: string) => `template: ${name}\nplatforms:\n  linux: ${body}\n`

function load(files: Readonly<Record<string, string | Uint8Array>>) {
  const folder = writeFolder(files)
  const library = loadLibrary([folder])
  return {
    folder,
    library,
    ids: library.checks.map(({ id }) => id),
    templates: [...library.templates.keys()],
    problems: showDiagnostics(library.diagnostics, folder),
  }
}

describe('loadLibrary', () => {
  it('keeps each check as it was written, however many stand in a file', () => {
    const one = check('one', '# its own remark\ntags: [a]\n')
    const { library } = load({
      'documents.yaml': `# about the file\n${one}\n# about two\n---\n${check('two')}`,
      'list.yaml': `- ${check('three').replaceAll('\n', '\n  ').trimEnd()}\n- { id: four, title: T, severity: low, platforms: { linux: { sql: SELECT 1 AS passed } } }\n`,
    })
    const documents = Object.fromEntries(library.checks.map(({ id, document }) => [id, document]))
    expect(documents.one).toBe(one)
    expect(documents.two).toBe(check('two'))
    expect(documents.three).toMatch(/^- id: three\n {2}title: three\n/)
    expect(documents.four).toMatch(/^- \{ id: four.*\}\n$/)
  })

  it('loads the documented example into checks and templates', () => {
    const { folder, library } = load(EXAMPLE_FILES)
    const file = join(folder, 'firewall/host-firewall.yaml')
    const at = (line: number, column: number) => ({ file, line, column })
    const test = { errors: {}, root: true, consoleUser: true, params: {}, platform: 'darwin' }
    expect(library.diagnostics).toEqual([])
    expect(library.checks).toEqual([
      {
        id: 'host-firewall',
        title: 'Host firewall is on',
        severity: 'high',
        tags: ['firewall', 'network'],
        schedule: '1h',
        why: 'Without a host firewall every listening service is reachable from the local network.',
        fix: 'Turn the firewall on.',
        params: { min_state: { type: 'integer', default: 1, description: '1 = on, 2 = block all incoming' } },
        effects: [],
        formerly: [],
        document: EXAMPLE_FILES['firewall/host-firewall.yaml']?.replace(/^#.*\n/, ''),
        platforms: {
          darwin: {
            place: at(13, 5),
            sql: 'SELECT global_state >= :min_state AS passed, global_state FROM alf',
            fix: 'System Settings → Network → Firewall.',
          },
          windows: {
            place: at(16, 5),
            all: [
              { place: at(17, 9), use: 'service_running', with: { name: 'MpsSvc' } },
              {
                place: at(19, 9),
                table: 'registry',
                where: { key: { like: 'HKEY_LOCAL_MACHINE\\SYSTEM\\%Profile' }, name: { eq: 'EnableFirewall' } },
                expect: { data: { eq: '1' } },
                match: 'all',
              },
            ],
          },
          linux: {
            place: at(24, 5),
            any: [
              { place: at(25, 9), use: 'ufw_enabled' },
              { place: at(26, 9), use: 'firewalld_running' },
            ],
          },
        },
        tests: [
          { ...test, name: 'off', given: { alf: [{ global_state: 0 }] }, verdict: 'fail', place: at(28, 5) },
          { ...test, name: 'blocks all', given: { alf: [{ global_state: 2 }] }, verdict: 'pass', place: at(29, 5) },
          {
            ...test,
            name: 'unreadable (macOS 15 before osquery 5.14.1)',
            given: { alf: [] },
            verdict: 'error',
            place: at(30, 5),
          },
        ],
        place: at(2, 1),
      },
    ])
    expect(library.templates.get('service_running')).toEqual({
      name: 'service_running',
      description: 'A service runs.',
      params: { name: { type: 'string' } },
      platforms: {
        windows: {
          place: { file: join(folder, 'templates/service_running.yaml'), line: 7, column: 5 },
          table: 'services',
          where: { name: { eq: { param: 'name' } } },
          expect: { status: { eq: 'RUNNING' } },
        },
      },
      place: { file: join(folder, 'templates/service_running.yaml'), line: 1, column: 1 },
    })
  })

  it('turns what is written into what the core works with', () => {
    const { library, problems } = load({
      'f.yaml': `id: x
title: X
severity: low
schedule: 30
params: { age: { type: duration, default: 7d, min: 1h, enum: [7d, 168h, 2w] } }
platforms:
  linux:
    table: t
    where: { a: null, b: { within: 36h, older_than: { param: age }, not_in: [1, x] } }
    if_empty: pass
    when: SELECT 1
    needs: [SELECT 2, { sql: SELECT 3, reason: r }]
    evidence: [a]
    title: t
tests:
  - name: a
    platform: linux
    verdict: pass
    now: 1970-01-01T00:01:00Z
    root: false
    console_user: false
    error: { t: no }
    params: { age: 2w }
    reason: r
  - { name: b, platform: linux, verdict: pass, now: 5 }
`,
    })
    expect(problems).toEqual([])
    const [loaded] = library.checks
    expect(loaded).toMatchObject({
      schedule: '30m',
      params: { age: { type: 'duration', default: 604_800, min: 3600, enum: [604_800, 604_800, 1_209_600] } },
      platforms: {
        linux: {
          where: { a: { eq: null }, b: { within: 129_600, older_than: { param: 'age' }, not_in: [1, 'x'] } },
          ifEmpty: 'pass',
          when: { sql: 'SELECT 1' },
          needs: [{ sql: 'SELECT 2' }, { sql: 'SELECT 3', reason: 'r' }],
          evidence: ['a'],
          title: 't',
        },
      },
      tests: [
        {
          now: 60,
          root: false,
          consoleUser: false,
          errors: { t: 'no' },
          params: { age: 1_209_600 },
          reason: 'r',
          given: {},
        },
        { now: 5, root: true, consoleUser: true },
      ],
    })
    expect(loaded?.platforms.linux).not.toHaveProperty('if_empty')
  })

  it('reads a list of checks, several documents, and needs as one text', () => {
    const list = `- ${check('b').trim().replaceAll('\n', '\n  ')}\n- ${check('a').trim().replaceAll('\n', '\n  ')}\n`
    const { ids, problems } = load({ 'f.yaml': `${list}---\n${check('c')}---\n`, 'g.yml': check('d') })
    expect(problems).toEqual([])
    expect(ids).toEqual(['a', 'b', 'c', 'd'])
  })

  it('leaves out what is wrong and keeps the rest of the file', () => {
    const { ids, problems } = load({ 'f.yaml': `${check('a', 'oddity: 1\n')}---\n${check('b')}---\n- 5\n` })
    expect(ids).toEqual(['b'])
    expect(problems).toEqual([
      'f.yaml:5:1: unknown key "oddity" | known here: severity_reason, source, tags, schedule, why, fix, params, effects, formerly, alarm, tests',
      'f.yaml:12:3: a check must be a mapping of keys, not the number 5 | start with "id: some-name"',
    ])
  })

  it('names the check and the platform in a diagnostic where they are known', () => {
    const { library } = load({ 'f.yaml': check('a').replace('{ sql: SELECT 1 AS passed }', '{ use: nothing }') })
    expect(library.diagnostics[0]).toMatchObject({
      level: 'error',
      code: 'unknown-template',
      check: 'a',
      platform: 'linux',
    })
  })

  it('lets later folders add to earlier ones and replace by id and name', () => {
    const first = writeFolder({
      'a.yaml': check('a'),
      'b.yaml': check('b'),
      'templates/t.yaml': template('t', '{ sql: SELECT 1 }'),
    })
    const second = writeFolder({
      'x.yaml': check('b', 'why: mine\n'),
      'c.yaml': check('c'),
      'templates/t.yaml': template('t', '{ sql: SELECT 2 }'),
    })
    const { checks, templates, diagnostics } = loadLibrary([first, second])
    expect(diagnostics).toEqual([])
    expect(checks.map(({ id, why }) => [id, why])).toEqual([
      ['a', undefined],
      ['b', 'mine'],
      ['c', undefined],
    ])
    expect(templates.get('t')?.platforms.linux?.sql).toBe('SELECT 2')
  })

  it('does not fall back to a check that was replaced by a wrong one', () => {
    const first = writeFolder({ 'a.yaml': check('a') })
    const second = writeFolder({ 'a.yaml': check('a', 'oddity: 1\n') })
    expect(loadLibrary([first, second]).checks).toEqual([])
  })

  it('reports an id used twice in one folder, naming both places', () => {
    const { ids, problems } = load({ 'a.yaml': check('same'), 'b/b.yaml': `# two\n${check('same')}` })
    expect(problems).toEqual([
      'b/b.yaml:2:5: check "same" is defined twice: here and at <folder>/a.yaml:1:1 | give one of them another name',
    ])
    expect(ids).toEqual(['same'])
  })

  it('reports an earlier id that two checks claim, or that a check still has', () => {
    const { problems } = load({
      'a.yaml': check('a', 'formerly: [old, b]\n'),
      'b.yaml': check('b', 'formerly: [old]\n'),
    })
    expect(problems).toEqual([
      'a.yaml:5:17: the earlier id "b" is the id of a check that exists | remove it',
      'b.yaml:5:12: the earlier id "old" is claimed by check "a" as well | remove it',
    ])
  })
})

describe('loadLibrary and templates', () => {
  it('wants the file named as the template, and one template per file', () => {
    const { problems, templates } = load({
      'templates/a.yaml': template('b', '{ sql: SELECT 1 }'),
      'templates/c.yaml': `${template('c', '{ sql: SELECT 1 }')}---\n${template('d', '{ sql: SELECT 1 }')}`,
      'templates/e.yaml': '- 1\n',
      'templates/f.yaml': template('f', '{ sql: SELECT 1, fix: x }'),
    })
    expect(problems).toEqual([
      'templates/a.yaml:1:11: template "b" stands in a file named "a" | give both the same name',
      'templates/c.yaml:5:1: a template file holds one template | move it to its own file',
      'templates/e.yaml:1:1: a template must be a mapping of keys, not a list | start with "template: some-name"',
      'templates/f.yaml:3:27: unknown key "fix" in platforms.linux | known here: title, table, where, expect, match, use, with, all, any, first, not, when, needs, if_empty, evidence',
    ])
    expect(templates).toEqual(['c'])
  })

  it('names a circle of templates, and whatever cannot be used because of it', () => {
    const { problems, templates, ids } = load({
      'a.yaml': check('a').replace('sql: SELECT 1 AS passed', 'use: top'),
      'templates/top.yaml': template('top', '{ use: one }'),
      'templates/one.yaml': template('one', '{ all: [{ sql: SELECT 1 }, { use: two }] }'),
      'templates/two.yaml': template('two', '{ not: { use: one } }'),
      'templates/self.yaml': template('self', '{ use: self }'),
    })
    expect(problems).toEqual([
      'a.yaml:4:28: template "top" cannot be used, because it has errors | see <folder>/templates/top.yaml:1:1',
      'templates/one.yaml:3:44: templates use one another in a circle: one → two → one | let one of them do without the next',
      'templates/self.yaml:3:17: templates use one another in a circle: self → self | let one of them do without the next',
      'templates/top.yaml:3:17: template "one" cannot be used, because it has errors | see <folder>/templates/one.yaml:1:1',
    ])
    expect([templates, ids]).toEqual([[], []])
  })

  it('sees no circle between platforms', () => {
    const { problems } = load({
      'templates/a.yaml': 'template: a\nplatforms: { linux: { use: b }, darwin: { sql: SELECT 1 } }\n',
      'templates/b.yaml': 'template: b\nplatforms: { linux: { sql: SELECT 1 }, darwin: { use: a } }\n',
    })
    expect(problems).toEqual([])
  })

  it('leaves out what uses a template with errors', () => {
    const { problems, ids, templates } = load({
      'a.yaml': check('a').replace('sql: SELECT 1 AS passed', 'use: good'),
      'templates/bad.yaml': template('bad', '{ sql: SELECT :x }'),
      'templates/good.yaml': template('good', '{ use: bad }'),
    })
    expect(problems).toEqual([
      'a.yaml:4:28: template "good" cannot be used, because it has errors | see <folder>/templates/good.yaml:1:1',
      'templates/bad.yaml:3:17: :x names no parameter of this template | no parameters are declared',
      'templates/good.yaml:3:17: template "bad" cannot be used, because it has errors | see <folder>/templates/bad.yaml:1:1',
    ])
    expect([ids, templates]).toEqual([[], []])
  })

  it('refuses templates that grow without bounds', () => {
    const files: Record<string, string> = { 'templates/t0.yaml': template('t0', '{ sql: SELECT 1 }') }
    for (let level = 1; level < 12; level++) {
      const uses = Array(10)
        .fill(`{ use: t${level - 1} }`)
        .join(', ')
      files[`templates/t${level}.yaml`] = template(`t${level}`, `{ all: [${uses}] }`)
    }
    files['a.yaml'] = check('a').replace(
      'sql: SELECT 1 AS passed',
      `all: [${Array(50).fill('{ use: t2 }').join(', ')}]`,
    )
    const { problems, templates } = load(files)
    expect(problems[0]).toBe(
      'a.yaml:4:14: with its templates written out it has 11101 clauses, more than 1000 | split the check',
    )
    expect(problems[1]).toMatch(/^templates\/t10\.yaml:3:\d+: template "t9" cannot be used/)
    expect(problems).toContain(
      'templates/t3.yaml:1:1: with its templates written out it has 2221 clauses, more than 1000 | split it, or write some of its templates out',
    )
    expect(templates).toEqual(['t0', 't1', 't2'])
  })

  it('refuses templates within templates without end', () => {
    const files: Record<string, string> = { 'templates/t0.yaml': template('t0', '{ sql: SELECT 1 }') }
    for (let level = 1; level < 400; level++)
      files[`templates/t${level}.yaml`] = template(`t${level}`, `{ use: t${level - 1} }`)
    const { problems, templates } = load(files)
    expect(problems).toContain(
      'templates/t16.yaml:1:1: templates within templates, more than 16 deep | split it, or write some of its templates out',
    )
    expect(templates).toHaveLength(16)
  })

  it('gives a template durations in seconds', () => {
    const { library, problems } = load({
      'a.yaml': check('a').replace('sql: SELECT 1 AS passed', 'use: t, with: { age: 36h }'),
      'templates/t.yaml':
        'template: t\nparams: { age: { type: duration } }\nplatforms: { linux: { sql: SELECT 1 < :age AS passed } }\n',
    })
    expect(problems).toEqual([])
    expect(library.checks[0]?.platforms.linux?.with).toEqual({ age: 129_600 })
  })

  it('passes parameters on from a check to a template', () => {
    const { problems } = load({
      'a.yaml': `id: a\ntitle: a\nseverity: low\nparams: { n: { type: integer, default: 5 }, w: { type: string, default: x } }
platforms: { linux: { use: t, with: { age: { param: n }, words: [a, { param: w }] } } }\n`,
      'templates/t.yaml': `template: t
params: { age: { type: duration }, words: { type: list } }
platforms: { linux: { table: t, where: { a: { within: { param: age } }, b: { in: { param: words } } } } }\n`,
    })
    expect(problems).toEqual([])
  })
})

describe('loadLibrary and files', () => {
  it('passes over hidden files, node_modules and what is no YAML', () => {
    const { ids, problems } = load({
      'a.yaml': check('a'),
      '.b.yaml': check('b'),
      '.git/c.yaml': check('c'),
      'node_modules/d.yaml': check('d'),
      'README.md': '#',
      'e/e.YML': check('e'),
    })
    expect([ids, problems]).toEqual([['a', 'e'], []])
  })

  it('takes only templates/ directly in the folder for templates', () => {
    const { ids, problems } = load({ 'sub/templates/a.yaml': check('a') })
    expect([ids, problems]).toEqual([['a'], []])
  })

  it('reports a folder that does not exist, and a file in place of a folder', () => {
    const folder = writeFolder({ 'a.yaml': check('a') })
    const { diagnostics } = loadLibrary([join(folder, 'nothing'), join(folder, 'a.yaml')])
    expect(showDiagnostics(diagnostics, folder)).toEqual([
      'a.yaml:1:1: not a folder | give the folder that holds the checks',
      'nothing:1:1: there is no such folder | check the path, or create the folder',
    ])
  })

  it('warns of empty files', () => {
    const { problems } = load({ 'a.yaml': '', 'b.yaml': '# nothing\n---\n', 'c.yaml': '[]', 'templates/d.yaml': '' })
    expect(problems).toEqual([
      'a.yaml:1:1: warning: no check in this file | remove the file',
      'b.yaml:1:1: warning: no check in this file | remove the file',
      'c.yaml:1:1: warning: no check in this file | remove the file',
      'templates/d.yaml:1:1: warning: no template in this file | remove the file',
    ])
  })

  it('reports files that are not UTF-8, and reads a byte order mark', () => {
    const { ids, problems } = load({
      'bom.yaml': `\ufeff${check('bom')}`,
      'latin.yaml': Buffer.from('id: a\ntitle: caf\xe9\n', 'latin1'),
      'utf16.yaml': Buffer.from(`\ufeff${check('x')}`, 'utf16le'),
    })
    expect(problems).toEqual([
      'latin.yaml:2:11: not UTF-8 text | save the file as UTF-8',
      'utf16.yaml:1:1: UTF-16 text, not UTF-8 | save the file as UTF-8',
    ])
    expect(ids).toEqual(['bom'])
  })

  it('refuses a large file without reading it', () => {
    const folder = writeFolder({ 'a.yaml': '' })
    truncateSync(join(folder, 'a.yaml'), 2 ** 40)
    expect(showDiagnostics(loadLibrary([folder]).diagnostics, folder)).toEqual([
      'a.yaml:1:1: 1099511627776 bytes are too many: a file may have 1048576 | split it into several files',
    ])
    const small = writeFolder({ 'a.yaml': check('a') })
    expect(loadLibrary([small], { maxBytes: 10 }).diagnostics[0]?.code).toBe('file-too-large')
  })

  it('does not wait for a pipe', () => {
    const folder = writeFolder({})
    execFileSync('mkfifo', [join(folder, 'a.yaml')])
    expect(showDiagnostics(loadLibrary([folder]).diagnostics, folder)).toEqual([
      'a.yaml:1:1: not a regular file | remove it',
    ])
  })

  it('follows symbolic links, once, and reports loops and links that lead nowhere', () => {
    const folder = writeFolder({ 'real/a.yaml': check('a') })
    symlinkSync(join(folder, 'real'), join(folder, 'again'))
    symlinkSync(folder, join(folder, 'real/up'))
    symlinkSync('nowhere', join(folder, 'dangling.yaml'))
    symlinkSync('self.yaml', join(folder, 'self.yaml'))
    const { checks, diagnostics } = loadLibrary([folder])
    expect(checks.map(({ id, place }) => [id, relative(folder, place.file)])).toEqual([['a', 'again/a.yaml']])
    expect(diagnostics.map(({ level, code, place }) => [level, code, relative(folder, place.file)])).toEqual([
      ['warning', 'symlink-loop', 'again/up'],
      ['error', 'unreadable-file', 'dangling.yaml'],
      ['error', 'unreadable-file', 'self.yaml'],
    ])
  })

  it.skipIf(process.getuid?.() === 0)('reports what it may not read', () => {
    const folder = writeFolder({ 'a.yaml': check('a') })
    mkdirSync(join(folder, 'closed'))
    chmodSync(join(folder, 'a.yaml'), 0)
    chmodSync(join(folder, 'closed'), 0)
    const { diagnostics } = loadLibrary([folder])
    chmodSync(join(folder, 'closed'), 0o700)
    expect(diagnostics.map(({ code }) => code)).toEqual(['unreadable-file', 'unreadable-file'])
  })

  it('sorts diagnostics by file, line and column, whatever the order of folders', () => {
    const folder = writeFolder({})
    for (const name of ['b', 'a']) {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'f.yaml'), `${check(name)}zz: 1\nyy: 1\n`)
    }
    const { diagnostics } = loadLibrary([join(folder, 'b'), join(folder, 'a')])
    expect(diagnostics.map(({ place }) => `${relative(folder, place.file)}:${place.line}`)).toEqual([
      'a/f.yaml:5',
      'a/f.yaml:6',
      'b/f.yaml:5',
      'b/f.yaml:6',
    ])
  })

  it('says once what an alias repeats', () => {
    const { problems } = load({
      'a.yaml': check('a').replace('{ sql: SELECT 1 AS passed }', '{ all: [&x { use: nothing }, *x] }'),
    })
    expect(problems).toEqual([
      'a.yaml:4:39: there is no template "nothing" | templates stand in the folder templates/, in a file named nothing.yaml',
    ])
  })
})
