import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Layer {
  /** The layers that its files may import besides their own. */
  readonly imports: readonly string[]
  readonly packages?: readonly string[]
  /** Whether it may use Node's own modules. */
  readonly node: boolean
}

const LEAVES = ['formats', 'clients', 'windows', 'sql']

// Who may import whom. A layer is a folder of src/, or a file that stands there by itself.
const LAYERS: Readonly<Record<string, Layer>> = {
  core: { imports: [], node: false },
  formats: { imports: ['core'], node: false },
  clients: { imports: ['core'], packages: ['nodemailer'], node: true },
  windows: { imports: ['core'], node: true },
  sql: { imports: ['core'], packages: ['@sqlite.org/sqlite-wasm'], node: true },
  content: { imports: ['core', ...LEAVES], packages: ['js-yaml'], node: true },
  osquery: { imports: ['core', ...LEAVES], packages: ['thrift'], node: true },
  host: { imports: ['core', ...LEAVES], node: true },
  state: { imports: ['core', ...LEAVES], packages: ['better-sqlite3'], node: true },
  delivery: { imports: ['core', ...LEAVES], node: true },
  'config-values.ts': { imports: ['core', 'content'], node: false },
  'config-settings.ts': { imports: ['core', 'config-values.ts'], node: false },
  'config.ts': { imports: ['core', 'content', 'config-settings.ts', 'config-values.ts'], node: true },
  app: {
    imports: ['core', ...LEAVES, 'content', 'osquery', 'host', 'state', 'delivery', 'config.ts'],
    packages: ['cron-parser', 'node-schedule', 'prom-client'],
    node: true,
  },
  // What only asks the state is joined apart, since it is to answer at once.
  'memory.ts': { imports: ['core', 'formats', 'app'], node: false },
  'app.ts': {
    imports: ['core', ...LEAVES, 'content', 'osquery', 'host', 'state', 'delivery', 'config.ts', 'app', 'memory.ts'],
    node: true,
  },
  'index.ts': { imports: ['core', 'config.ts', 'app.ts'], node: false },
  cli: { imports: ['core', 'config.ts', 'app.ts', 'memory.ts'], packages: ['commander'], node: true },
}

const LONGEST_FILE = 230
// A table of facts, with their sources, reads best in one piece.
const LONGER_FILES = ['sql/table-facts.ts']

const root = join(import.meta.dirname, '..', 'src')
// What the Thrift compiler wrote is not ours to shape.
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.startsWith('osquery/gen/'))
  .sort()
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))

interface Import {
  readonly file: string
  readonly name: string
  /** Whether it loads the other file: types are erased, and a thread is started by its URL. */
  readonly loads: boolean
}

/** What a file imports, in any of the ways to do so. */
function importsOf(file: string): Import[] {
  const patterns = [
    /^(?:import|export)\s[^'"`;]*?\sfrom\s+['"]([^'"]+)['"]/gm,
    /^import\s+['"]([^'"]+)['"]/gm,
    /\b(?:import|require)\(\s*['"`]([^'"`]+)['"`]/g,
    /\bnew URL\(\s*['"](\.[^'"]+\.ts)['"]/g,
  ]
  return patterns.flatMap((pattern) =>
    [...texts.get(file)!.matchAll(pattern)].map(([text, name]) => ({
      file,
      name: name!,
      loads: !/^(?:(?:import|export)\s+type\s|new URL)/.test(text),
    })),
  )
}

const isRelative = (name: string) => name.startsWith('.')
const isNode = (name: string) => name.startsWith('node:') || builtinModules.includes(name)
const resolve = (file: string, name: string) => posix.join(dirname(file), name)
const layerOf = (file: string) => file.split('/')[0]!
const packageOf = (name: string) => name.split('/', name.startsWith('@') ? 2 : 1).join('/')

const uses = files.flatMap((file) => importsOf(file).map((use) => ({ ...use, layer: layerOf(file) })))
const relative = uses
  .filter(({ name }) => isRelative(name) && !name.includes('osquery/gen/'))
  .map((use) => ({ ...use, target: resolve(use.file, use.name) }))

describe('the layers', () => {
  it('have a row in the table for every folder and file of src', () => {
    expect([...new Set(files.map(layerOf))].filter((layer) => !LAYERS[layer])).toEqual([])
  })

  it('import only what the table allows', () => {
    const wrong = relative
      .filter(({ layer, target }) => layerOf(target) !== layer && !LAYERS[layer]?.imports.includes(layerOf(target)))
      .map(({ file, target }) => `${file} imports ${target}`)
    expect(wrong).toEqual([])
  })

  it('import files that exist, by their whole name', () => {
    const wrong = relative.filter(({ target }) => !texts.has(target)).map(({ file, name }) => `${file} imports ${name}`)
    expect(wrong).toEqual([])
  })

  it('use only the packages that the table allows', () => {
    const wrong = uses
      .filter(({ name }) => !isRelative(name) && !isNode(name))
      .filter(({ layer, name }) => !LAYERS[layer]?.packages?.includes(packageOf(name)))
      .map(({ file, name }) => `${file} imports ${name}`)
    expect(wrong).toEqual([])
  })

  it('leave modules of Node to those that may do input and output, and name them with node:', () => {
    const wrong = uses
      .filter(({ name }) => isNode(name))
      .filter(({ layer, name }) => !LAYERS[layer]?.node || !name.startsWith('node:'))
      .map(({ file, name }) => `${file} imports ${name}`)
    expect(wrong).toEqual([])
  })

  it('have no import cycles between files', () => {
    expect(findCycles()).toEqual([])
  })
})

describe('the sources', () => {
  it('keep core free of clock, chance and environment', () => {
    const impure = /\b(?:Date\.now|new Date\(\)|Math\.random|performance\.now|process\.|console\.)/
    expect(files.filter((file) => layerOf(file) === 'core' && impure.test(texts.get(file)!))).toEqual([])
  })

  it('hold no module-level variables', () => {
    expect(files.filter((file) => /^(?:export\s+)?(?:let|var)\s/m.test(texts.get(file)!))).toEqual([])
  })

  it(`have no file longer than ${LONGEST_FILE} lines`, () => {
    const length = (file: string) => texts.get(file)!.trimEnd().split('\n').length
    const long = files.filter((file) => length(file) > LONGEST_FILE && !LONGER_FILES.includes(file))
    expect(long.map((file) => `${file}: ${length(file)}`)).toEqual([])
  })

  it('never cast to any, and leave nothing to be done', () => {
    const left = /\bas any\b|<any>|\bTODO\b|\bFIXME\b|@ts-ignore|@ts-expect-error/
    expect(files.filter((file) => left.test(texts.get(file)!))).toEqual([])
  })

  it('are named in kebab-case, and nothing is called utils', () => {
    const isNamedWell = (file: string) => /^[a-z0-9-]+(?:\.d)?\.ts$/.test(posix.basename(file))
    expect(files.filter((file) => !isNamedWell(file) || /\b(?:utils?|helpers?)\b/.test(file))).toEqual([])
  })
})

/** One cycle per file that closes one, as `a → b → a`. */
function findCycles(): string[] {
  const targets = new Map<string, string[]>()
  for (const { file, target, loads } of relative) {
    if (loads) targets.set(file, [...(targets.get(file) ?? []), target])
  }
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (path.includes(file) || done.has(file)) return
    for (const target of targets.get(file) ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  return cycles
}
