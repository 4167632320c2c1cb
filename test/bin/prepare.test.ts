import { execFileSync } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeFiles } from '../scenarios/write-checks.ts'

const BIN = join(import.meta.dirname, '..', '..', 'bin')

const sayFrom = (where: string) => `export function main() { console.log('from ${where}') }\n`

/** A checkout whose dist/ is older than its sources. */
function makeCheckout(more: Readonly<Record<string, string>> = {}): string {
  const folder = writeFiles({
    'package.json': '{ "type": "module" }',
    'node_modules/.keep': '',
    'src/cli/main.ts': sayFrom('the sources'),
    'dist/cli/main.js': sayFrom('an old dist'),
    'dist/cli/gone.js': '',
    ...more,
  })
  cpSync(BIN, join(folder, 'bin'), { recursive: true })
  return folder
}

const run = (folder: string, program: string) =>
  execFileSync(process.execPath, [join(folder, 'bin', program)], { encoding: 'utf8' })

describe('preparing a checkout', () => {
  it('without a compiler lets the sources run, not what an older state of them was compiled to', () => {
    const folder = makeCheckout()
    run(folder, 'prepare.js')
    expect(run(folder, 'checks.js')).toBe('from the sources\n')
    expect(existsSync(join(folder, 'dist'))).toBe(false)
  })

  it('with a compiler keeps nothing in dist but what it wrote', () => {
    const writes = `
      const { mkdirSync, writeFileSync } = require('node:fs')
      mkdirSync('dist/cli', { recursive: true })
      writeFileSync('dist/cli/main.js', ${JSON.stringify(sayFrom('a new dist'))})\n`
    const folder = makeCheckout({
      'node_modules/typescript/package.json': '{}',
      'node_modules/typescript/bin/tsc': writes,
    })
    run(folder, 'prepare.js')
    expect(run(folder, 'checks.js')).toBe('from a new dist\n')
    expect(existsSync(join(folder, 'dist', 'cli', 'gone.js'))).toBe(false)
  })
})
