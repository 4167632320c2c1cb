import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeFiles } from '../scenarios/write-checks.ts'

const BIN = join(import.meta.dirname, '..', '..', 'bin')

function runWith(main: string) {
  const folder = writeFiles({ 'package.json': '{ "type": "module" }', 'src/cli/main.ts': main })
  cpSync(BIN, join(folder, 'bin'), { recursive: true })
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin', 'checks.js')], { encoding: 'utf8' })
  return { status, stderr }
}

describe('the exit code', () => {
  it('is what the command line sets when it ends', () => {
    expect(runWith('export async function main() { process.exitCode = 2 }')).toEqual({ status: 2, stderr: '' })
    expect(runWith('export async function main() {}')).toEqual({ status: 0, stderr: '' })
  })

  it('is never 0 when the command line did not end', () => {
    expect(runWith('export const main = () => new Promise(() => {})')).toEqual({
      status: 3,
      stderr: 'checks: this should not have happened: it ended before it was done\n',
    })
    expect(runWith('export async function main() { throw new Error("x") }').status).not.toBe(0)
  })
})
