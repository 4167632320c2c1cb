import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { SourceError } from '../../src/core/errors.ts'
import type { TextRow } from '../../src/core/source.ts'
import { type Manager, serveManager } from '../../src/osquery/manager-server.ts'
import { makeFolder } from './run-checks.ts'

/** What a leaf's query answers when its one row passes. */
export const ONE_PASS = '{"tally":{"pass":1,"warn":0,"fail":0,"error":0,"not_applicable":0},"rows":[]}'

/** What osquery says of its machine before the first check is asked for. */
const FACTS: readonly [RegExp, TextRow[]][] = [
  [/FROM osquery_info/, [{ version: '5.23.0', build_distro: 'bookworm' }]],
  [/FROM system_info/, [{ uuid: 'F4CE', computer_name: 'stand-in', hostname: 'stand-in' }]],
  [/FROM os_version/, [{ name: 'Debian GNU/Linux', version: '12 (bookworm)', platform: 'debian' }]],
  [/FROM osquery_registry/, [{ name: 'users' }, { name: 'processes' }, { name: 'osquery_info' }]],
]

/** Serves a socket that describes its machine like osquery, and answers the checks themselves as the test says. */
export async function serveStandIn(
  answer: (sql: string, manager: Manager) => Promise<TextRow[]>,
): Promise<{ path: string; asked: string[] }> {
  const asked: string[] = []
  const manager = await serveQueries(async (sql) => {
    const fact = /^SELECT [a-z_, ]+ FROM/.test(sql) ? FACTS.find(([pattern]) => pattern.test(sql)) : undefined
    if (fact) return fact[1]
    asked.push(sql)
    return answer(sql, manager)
  })
  return { path: manager.path, asked }
}

/** Serves a socket that answers queries alone. */
export async function serveQueries(query: (sql: string) => Promise<TextRow[]>): Promise<Manager> {
  const refuse = () => Promise.reject(new SourceError('sql', 'not here'))
  const manager = await serveManager(join(makeFolder(), 'q.em'), {
    query,
    columns: refuse,
    tableColumns: () => undefined,
    generateTable: refuse,
    options: () => ({}),
    attach: () => {},
    detach: () => {},
    hasCoreTable: () => false,
  })
  onTestFinished(() => manager.close())
  return manager
}
