import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  CHECK_FILE_SCHEMA,
  openLibrary,
  openWorkbench,
  requireKnownParams,
  TEMPLATE_FILE_SCHEMA,
} from '../../src/app.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { readConfig } from '../../src/config.ts'
import { EFFECTS, PARAM_TYPES } from '../../src/core/check.ts'
import { VERDICTS } from '../../src/core/verdict.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const page = readFileSync(join(ROOT, 'docs', 'writing-checks.md'), 'utf8')
const blocks = [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text: text! }))
const examples = blocks.filter(({ language }) => language === 'yaml').map(({ text }) => toFile(text))
const settings = examples.filter(({ name }) => name === 'keelson.yaml')

const folder = mkdtempSync(join(tmpdir(), 'checks-doc-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
for (const { name, text } of examples) {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}
// The examples stand on their own, so that nothing in the library can make them wrong or right.
const config = { ...readConfig({}, {}, folder), library: false }
const library = openLibrary(config)

/** Where an example belongs. What is none of the three has no name, which a test below forbids. */
function toFile(text: string): { name: string; text: string } {
  const template = /^template: *(\S+)/m.exec(text)?.[1]
  const id = /^id: *(\S+)/m.exec(text)?.[1]
  if (/^# keelson\.yaml$/m.test(text.split('\n', 1)[0]!)) return { name: 'keelson.yaml', text }
  if (template !== undefined) return { name: `checks/templates/${template}.yaml`, text }
  return { name: id === undefined ? 'unknown' : `checks/${id}.yaml`, text }
}

/** Whether the page names a word of YAML or SQL: in backticks, in a list of keys, or in an example. */
function isNamed(word: string): boolean {
  return new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(page)
}

/** The codes that lint gives to its findings: those of src/sql, and that of a parameter which nobody has set. */
function lintCodes(): string[] {
  const pattern = /(?:code: |new (?:CompileError|MissingParamError)\(\s*)'([a-z-]+)'/g
  const texts = globSync(['src/sql/*.ts', 'src/app/params.ts'], { cwd: ROOT }).map((file) =>
    readFileSync(join(ROOT, file), 'utf8'),
  )
  return [...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, code]) => code!)))].sort()
}

describe('the examples of docs/writing-checks.md', () => {
  it('are each a whole check, a template or a keelson.yaml, under names of their own', () => {
    expect(examples.filter(({ name }) => name === 'unknown')).toEqual([])
    expect(new Set(examples.map(({ name }) => name)).size).toBe(examples.length)
    expect(settings).toHaveLength(1)
    expect(library.checks.length + library.templates.size + settings.length).toBe(examples.length)
  })

  it('load without a single finding', () => {
    expect(library.diagnostics).toEqual([])
    expect(() => requireKnownParams(config, library)).not.toThrow()
  })

  it.each(library.checks.map((check) => [check.id, check] as const))(
    '%s has nothing for lint to find',
    async (_, check) => {
      const workbench = await openWorkbench(config, library)
      expect(workbench.lint(check)).toEqual([])
    },
  )

  it.each(library.checks.map((check) => [check.id, check] as const))('%s passes its tests', async (_, check) => {
    const workbench = await openWorkbench(config, library)
    expect(check.tests.length).toBeGreaterThan(0)
    const outcomes = check.tests.map((test) => workbench.test(check, test))
    expect(outcomes.filter(({ passed }) => !passed).map(({ test, problem }) => [test.name, problem])).toEqual([])
  })
})

describe('docs/writing-checks.md names', () => {
  it('every code of lint as a row of its table, and none that lint does not have', () => {
    const codes = lintCodes()
    expect(codes.length).toBeGreaterThan(15)
    const section = page.slice(page.indexOf('## 5. '), page.indexOf('## 6. '))
    const documented = [...section.matchAll(/^\| `([a-z-]+)`/gm)].map(([, code]) => code!).sort()
    expect(documented).toEqual(codes)
  })

  it('every key of a check, a clause, a test, a parameter and a template, and every operator', () => {
    const shapes = [...Object.values(CHECK_FILE_SCHEMA.$defs ?? {}), TEMPLATE_FILE_SCHEMA]
    const keys = new Set(shapes.flatMap(({ properties }) => Object.keys(properties ?? {})))
    expect([...keys]).toEqual(
      expect.arrayContaining(['id', 'if_empty', 'console_user', 'pattern', 'version_ge', 'template']),
    )
    expect([...keys].filter((key) => !isNamed(key))).toEqual([])
  })

  it('every verdict, effect and type of parameter', () => {
    expect([...VERDICTS, ...EFFECTS, ...PARAM_TYPES].filter((word) => !page.includes(`\`${word}\``))).toEqual([])
  })

  it('every setting and environment variable', () => {
    const source = readFileSync(join(ROOT, 'src', 'config.ts'), 'utf8')
    const keys = [...source.matchAll(/^ {2}(\w+): \(value\b/gm)].map(([, key]) => key!)
    expect(keys).toEqual(expect.arrayContaining(['checks', 'osquery_version', 'strict']))
    const section = page.slice(page.indexOf('## 8. '), page.indexOf('## 9. '))
    expect(keys.filter((key) => !section.includes(`| \`${key}\` |`))).toEqual([])
    const { osqueryVersion } = readConfig({}, {}, join(folder, 'checks'))
    expect(section).toContain(`| \`osquery_version\` | | | \`${osqueryVersion}\` |`)
    const sources = globSync('src/{config.ts,cli/*.ts}', { cwd: ROOT }).map((file) =>
      readFileSync(join(ROOT, file), 'utf8'),
    )
    const variables = new Set(sources.join('\n').match(/\bKEELSON_[A-Z]+\b/g))
    expect([...variables].filter((name) => !section.includes(name))).toEqual([])
    expect((page.match(/\bKEELSON_[A-Z]+\b/g) ?? []).filter((name) => !variables.has(name))).toEqual([])
  })

  it('only flags and commands that the help shows', async () => {
    const program = await buildProgram('0.0.0')
    const help = program.commands.map((command) => command.helpInformation()).join('\n')
    const flags = new Set(page.match(/(?<![\w-])--[a-z][\w-]*/g))
    expect(flags.size).toBeGreaterThan(10)
    expect([...flags].filter((flag) => !new RegExp(`${flag}(?![\\w-])`).test(help))).toEqual([])
    const used = new Set([...page.matchAll(/(?:npx checks|`checks) ([a-z]+)/g)].map(([, command]) => command!))
    const commands = program.commands.map((command) => command.name())
    expect(used.size).toBeGreaterThan(5)
    expect([...used].filter((command) => !commands.includes(command))).toEqual([])
  })

  it('every section of its table of contents, and nothing that is not there', () => {
    const anchors = [...page.matchAll(/^## (.+)$/gm)].map(
      ([, title]) =>
        `#${title!
          .toLowerCase()
          .replace(/[^\w\s-]/g, '')
          .replaceAll(' ', '-')}`,
    )
    const links = [...page.matchAll(/\]\((#[^)]+)\)/g)].map(([, link]) => link!)
    expect(links.filter((link) => !anchors.includes(link))).toEqual([])
    expect(anchors.filter((anchor) => !links.includes(anchor))).toEqual([])
  })
})
