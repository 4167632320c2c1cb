import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { searchPath } from '../../src/host/search-path.ts'
import { makeFolder } from '../scenarios/run-checks.ts'

const SYSTEM = '/usr/bin:/bin:/usr/sbin:/sbin'

/** What our code prints in a folder where somebody has put programs of these names. */
function runBeside(names: readonly string[], code: string): string {
  const folder = makeFolder()
  mkdirSync(join(folder, 'sub'))
  for (const name of names) {
    for (const place of [folder, join(folder, 'sub')]) {
      writeFileSync(join(place, name), '#!/bin/sh\necho taken\n', { mode: 0o755 })
    }
  }
  const host = join(import.meta.dirname, '..', '..', 'src', 'host')
  const script = `
    import { Host } from '${host}/host.ts'
    import { runAugtool } from '${host}/run-augtool.ts'
    const attempt = (run) => { try { return run() } catch (error) { return error.message } }
    ${code}`
  return execFileSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
  })
}

describe('where programs are looked for', () => {
  it.each([
    [{}, SYSTEM],
    [{ PATH: '' }, SYSTEM],
    [{ PATH: '.:/opt/bin::sub:../x:' }, '/opt/bin:/usr/sbin:/sbin'],
  ])('with %j is %s', (env, path) => {
    expect(searchPath(env)).toBe(path)
  })

  it.each([['{}'], [`{ PATH: '' }`], [`{ PATH: '.:sub:/usr/bin' }`]])(
    'with %s is never the current folder, not for augtool either',
    (env) => {
      const code = `
        const host = new Host('/', ${env})
        console.log(attempt(() => host.run('keelson-program', [])))
        console.log(attempt(() => runAugtool(host, ['print /augeas/version'])))`
      const printed = runBeside(['keelson-program', 'augtool'], code)
      expect(printed).toContain('cannot run keelson-program: it is not installed')
      expect(printed).not.toContain('taken')
    },
  )
})
