import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolder, PROGRAM, runChecks } from './run-checks.ts'

const isRoot = process.getuid?.() === 0
const through = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
const [program = '', ...args] = [...through, process.execPath, PROGRAM, '--version']
// A checkout that only root may read cannot be run by anyone else.
const canRun = spawnSync(program, args).status === 0

const CHECKS = `
- id: nothing-runs-from-tmp
  title: No program runs from a folder that anyone may write
  severity: high
  platforms:
    linux: { table: processes, where: { path: { like: '/tmp/%' } }, expect: { pid: { gt: 0 } }, match: none }
- id: nobody-listens-for-us
  title: Nothing listens on port 1
  severity: high
  platforms:
    linux: { table: listening_ports, expect: { port: 1 }, match: none }
- id: passwords
  title: Passwords are set
  severity: high
  platforms:
    linux: { table: shadow, expect: { password_status: { ne: empty } } }
- id: root-exists
  title: There is a root
  severity: low
  platforms:
    linux: { table: users, where: { uid: 0 }, expect: { username: root } }
`

describe.runIf(process.platform === 'linux' && canRun)('a run that is not as root', () => {
  it('takes nothing for a pass that only root could have seen', async () => {
    const folder = makeFolder()
    chmodSync(folder, 0o755)
    writeFileSync(join(folder, 'checks.yaml'), CHECKS)
    const ran = await runChecks(['run', '--no-library', '--no-state', '--checks', folder, '--format', 'json'], {
      through,
    })
    const results = JSON.parse(ran.stdout).results as { check: string; verdict: string; error: string | null }[]
    expect(results.map(({ check, verdict }) => [check, verdict])).toEqual([
      ['nobody-listens-for-us', 'error'],
      ['nothing-runs-from-tmp', 'error'],
      ['passwords', 'error'],
      ['root-exists', 'pass'],
    ])
    for (const { error } of results.slice(0, 3)) expect(error).toMatch(/as root/)
    expect(ran.code).toBe(2)
  })
  it('keeps its state in the folder that XDG names, or does without where the home may not be written', async () => {
    const folder = makeFolder()
    const home = makeFolder()
    chmodSync(folder, 0o755)
    writeFileSync(join(folder, 'checks.yaml'), CHECKS)
    const args = ['run', '--no-library', '--checks', folder]
    chmodSync(home, 0o755)
    const without = await runChecks(args, { through, env: { HOME: join(home, 'not-there'), KEELSON_STATE: '' } })
    if (isRoot) {
      expect(without.stderr).toMatch(/nothing of this run is remembered: the state cannot be kept at .*EACCES/)
      expect(without.stdout).toContain('4 checks')
    }
    chmodSync(home, 0o777)
    const env = { HOME: join(home, 'unused'), XDG_STATE_HOME: join(home, 'xdg'), KEELSON_STATE: '' }
    const kept = await runChecks(args, { through, env })
    expect(kept.stdout).toContain(`kept in ${join(home, 'xdg', 'keelson', 'state.db')}`)
    expect(existsSync(join(home, 'unused'))).toBe(false)
  })
})
