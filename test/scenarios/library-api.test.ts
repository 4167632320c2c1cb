import { execFile } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { writeCheck, writeFiles } from './write-checks.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const DOC = readFileSync(join(ROOT, 'docs', 'library.md'), 'utf8')
const EXAMPLES = [...DOC.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code as string)
const run = promisify(execFile)

/** A project that has Keelson among its packages, and the examples of the documentation as its programs. */
function makeProject(): string {
  const folder = writeFiles({
    'package.json': '{ "type": "module" }',
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2023',
        lib: ['es2023'],
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        types: ['node'],
        typeRoots: [join(ROOT, 'node_modules', '@types')],
      },
    }),
    'checks/one.yaml': writeCheck('one', 'SELECT 1 AS passed'),
    'node_modules/.keep': '',
    ...Object.fromEntries(EXAMPLES.map((code, index) => [`example-${index + 1}.ts`, code])),
  })
  symlinkSync(ROOT, join(folder, 'node_modules', 'keelson'))
  return folder
}

describe('the library', () => {
  it('does what the examples of its documentation show, and has the types that they use', async () => {
    const folder = makeProject()
    expect(EXAMPLES).toHaveLength(2)
    const first = await run(process.execPath, ['example-1.ts'], { cwd: folder })
    expect(first.stdout).toMatch(/^one pass since \d{4}-.*Z\n1 LEDGER_OPENED undefined\n2 ASSET_BASELINE undefined\n$/)
    const second = await run(process.execPath, ['example-2.ts'], { cwd: folder })
    expect(second.stdout).toContain('ASSET_BASELINE')
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    await run(process.execPath, [tsc, '-p', '.'], { cwd: folder }).catch((error: { stdout: string }) => {
      expect(error.stdout).toBe('')
      throw error
    })
  })
})
