import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatService, SERVICE_KINDS } from '../../src/formats/service-definition.ts'
import { makeFolder } from '../scenarios/run-checks.ts'
import { readXml } from './read-xml.ts'

const COMMAND = {
  program: '/bin/sh',
  args: [
    '/opt/keel son/bin/checks.js',
    'watch',
    '--param',
    'a.b=50% of "$HOME" & <more>\\',
    '--state',
    '/var/lib/keelson/state.db',
  ],
  folder: '/',
  system: true,
}
const ANALYZE = '/usr/bin/systemd-analyze'

/** Without what readXml does not know: the type of the document, and comments, in which no two hyphens may meet. */
const plain = (xml: string) => xml.replace(/<!DOCTYPE[^>]*>\n/, '').replace(/<!--(?:-?[^-])*-->\n/, '')

describe('a service definition', () => {
  it('for systemd quotes what systemd would take for something else', () => {
    const unit = formatService('systemd', COMMAND)
    expect(unit).toContain(
      'ExecStart=/bin/sh "/opt/keel son/bin/checks.js" watch --param "a.b=50%% of \\"$$HOME\\" & <more>\\\\" --state /var/lib/keelson/state.db\n',
    )
    for (const line of ['Type=notify', 'NotifyAccess=all', 'WatchdogSec=300', 'TimeoutStopSec=10'])
      expect(unit).toContain(`\n${line}\n`)
  })

  it.runIf(existsSync(ANALYZE))('for systemd is one that systemd takes', () => {
    const file = join(makeFolder(), 'keelson.service')
    writeFileSync(file, formatService('systemd', COMMAND))
    expect(execFileSync(ANALYZE, ['verify', '--man=no', file], { encoding: 'utf8', stdio: 'pipe' })).toBe('')
  })

  it('for launchd and Windows is XML that holds the arguments as they are', () => {
    const plist = readXml(plain(formatService('launchd', COMMAND)))
    expect(JSON.stringify(plist)).toContain(JSON.stringify(COMMAND.args[3]).slice(1, -1))
    const service = readXml(
      plain(formatService('windows', { ...COMMAND, args: ['C:\\Keel son\\', 'say "x"', 'plain\\'] })),
    )
    const text = JSON.stringify(service)
    expect(text).toContain(JSON.stringify('"C:\\Keel son\\\\"').slice(1, -1))
    expect(text).toContain(JSON.stringify('"say \\"x\\""').slice(1, -1))
    expect(text).toContain(JSON.stringify('plain\\').slice(1, -1))
  })

  it.each(SERVICE_KINDS)('for %s ends with a line', (kind) => {
    expect(formatService(kind, COMMAND)).toMatch(/[^\n]\n$/)
  })
})
