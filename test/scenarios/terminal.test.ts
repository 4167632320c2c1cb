import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolder, PROGRAM, runChecks } from './run-checks.ts'
import { onlyChecks, writeCheck } from './write-checks.ts'

const MANY = {
  'many.yaml': Array.from({ length: 400 }, (_, i) => writeCheck(`check-${i}`, 'SELECT 0 AS passed')).join('---\n'),
}

/** Any older Node on the PATH. */
function findOldNode(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .concat('/usr/bin', '/usr/local/bin')
    .map((folder) => join(folder, 'node'))
    .filter((program) => existsSync(program))
    .find((program) => {
      const [major = 0, minor = 0] = execFileSync(program, ['-p', 'process.versions.node'], { encoding: 'utf8' })
        .split('.')
        .map(Number)
      return major < 22 || (major === 22 && minor < 18)
    })
}

const oldNode = findOldNode()

describe('a reader that has seen enough', () => {
  it.each(['table', 'json', 'jsonl', 'csv'])('ends a run as %s quietly', async (format) => {
    const args = ['run', '--format', format, ...onlyChecks(MANY)].map((arg) => `'${arg}'`).join(' ')
    const line = `'${process.execPath}' '${PROGRAM}' ${args} | head -1; echo "exit \${PIPESTATUS[0]}" >&2`
    const shell = spawn('bash', ['-c', line], {
      env: { PATH: process.env.PATH, KEELSON_SOURCE: 'embedded', KEELSON_STATE: 'none', HOME: makeFolder() },
    })
    let [stdout, stderr] = ['', '']
    shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    shell.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    await once(shell, 'close')
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(/^exit [01]\n$/)
  })
})

describe('a list of checks', () => {
  it('has whole titles where no terminal would wrap them', async () => {
    const title = `What is told ${'at some length '.repeat(5)}to its end`
    const files = { 'a.yaml': writeCheck('long', 'SELECT 1 AS passed').replace('About long', title) }
    expect((await runChecks(['list', ...onlyChecks(files)])).stdout).toContain(title)
  })
})

const hasTerminal = existsSync('/usr/bin/script')

describe('colour', () => {
  /** Runs the command in a terminal with one of its outputs in a file, and gives what came into each. */
  function runInTerminal(args: string, toFile: '1' | '2'): { screen: string; file: string } {
    const folder = makeFolder()
    const line = `'${process.execPath}' '${PROGRAM}' ${args} ${toFile}>'${folder}/file'`
    const screen = execFileSync('/usr/bin/script', ['-qc', line, '/dev/null'], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, KEELSON_STATE: 'none', HOME: folder, TERM: 'xterm', SHELL: '/bin/sh' },
      input: '',
    })
    return { screen, file: readFileSync(join(folder, 'file'), 'utf8') }
  }

  it.skipIf(!hasTerminal)('of problems is for whoever reads standard error (where script makes a terminal)', () => {
    const folder = makeFolder()
    writeFileSync(join(folder, 'a.yaml'), 'id: a\nplaforms: {}\n')
    const args = `list --no-library --checks '${folder}'`
    const inFile = runInTerminal(args, '2')
    expect(inFile.file).toContain('error: unknown key "plaforms"')
    expect(inFile.file).not.toContain('\u001b')
    const onScreen = runInTerminal(args, '1')
    expect(onScreen.screen).toContain('\u001b[1;31merror:\u001b[0m unknown key')
    expect(onScreen.file).toBe('')
  })
})

describe('the version', () => {
  it.each([[['--version']], [['-V']]])('is printed for %j', async (args) => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(await runChecks(args)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

describe('a Node that is too old', () => {
  it.skipIf(oldNode === undefined)('is told so in one line (where an older Node is on the PATH)', async () => {
    const child = spawn(oldNode as string, [PROGRAM, 'run'])
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const [code] = await once(child, 'close')
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/^checks: Node\.js \d+\.\d+\.\d+ is too old; Keelson needs 22\.18 or newer\.[^\n]*\n$/)
  })
})

it.runIf(existsSync('/dev/full'))('a full disk is told in one line, and is no verdict', async () => {
  const through = ['sh', '-c', 'exec "$@" > /dev/full', 'sh']
  const { code, stderr } = await runChecks(['show', 'disk-encryption'], { through })
  expect(stderr).toMatch(/^checks: cannot write the output: ENOSPC.*\n$/)
  expect(code).toBe(3)
})
