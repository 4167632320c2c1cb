// Stands in for osqueryi in tests: serves a manager on the path given in --extensions_socket.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { serveManager } from '../../src/osquery/manager-server.ts'

const [log, mode, ...flags] = process.argv.slice(2)
const flag = (name: string): string => flags.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3) ?? ''

appendFileSync(log!, `${JSON.stringify({ pid: process.pid, flags, home: homedir() })}\n`)
if (mode === 'dies') {
  process.stderr.write("unknown command line flag 'nodisable_extensions'\n")
  process.exit(1)
}
if (mode === 'idle') {
  process.stderr.write('still thinking\n')
  setInterval(() => {}, 1000)
} else {
  mkdirSync(join(homedir(), '.osquery'), { recursive: true })
  writeFileSync(join(homedir(), '.osquery', '.history'), '')
  const refuse = (): Promise<never> => Promise.reject(new Error('not here'))
  await serveManager(flag('extensions_socket'), {
    query: async (sql) => {
      if (sql.includes('osquery_info')) return [{ version: '5.23.0', build_distro: 'x' }]
      if (mode !== 'hangs') return [{ sql }]
      appendFileSync(log!, `${JSON.stringify({ asked: sql })}\n`)
      return new Promise(() => {})
    },
    columns: refuse,
    tableColumns: () => undefined,
    generateTable: refuse,
    options: () => ({}),
    attach: () => {},
    detach: () => {},
    hasCoreTable: () => false,
  })
  if (mode === 'stubborn') process.on('SIGTERM', () => {})
  else process.on('SIGTERM', () => process.exit(0))
  process.stdin.resume().on('end', () => process.exit(0))
}
