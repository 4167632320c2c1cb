import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { SourceError } from '../../../src/core/errors.ts'
import type { TextRow } from '../../../src/core/source.ts'
import { type Manager, serveManager } from '../../../src/osquery/manager-server.ts'
import { makeFolder } from '../../scenarios/run-checks.ts'
import { ONE_PASS } from '../../scenarios/stand-in-osquery.ts'

/** A stand-in for osquery on a real socket, which the test kills, brings back, and lets hang. */
export interface MortalOsquery {
  readonly path: string
  /** Statements with this text are never answered. */
  hangsOn: string | undefined
  /** Statements with this text end it; it comes back by itself, as osquery's worker does. */
  diesOf: string | undefined
  version: string
  /** The statements of checks that it was asked. */
  readonly asked: string[]
  start(): Promise<void>
  stop(): Promise<void>
}

export async function startMortalOsquery(): Promise<MortalOsquery> {
  let manager: Manager | undefined
  const refuse = () => Promise.reject(new SourceError('sql', 'not here'))
  const answer = async (sql: string): Promise<TextRow[]> => {
    if (sql.includes('FROM osquery_info')) return [{ version: osquery.version, build_distro: 'bookworm' }]
    if (sql.includes('FROM system_info')) return [{ uuid: '4c4c4544-0042-3510-8052-b4c04f573532', hostname: 'host' }]
    if (sql.includes('FROM os_version')) return [{ name: 'Debian', version: '12', platform: 'debian' }]
    if (sql.includes('FROM osquery_registry')) return [{ name: 'users' }]
    if (sql === 'SELECT 1 AS one') return [{ one: '1' }]
    osquery.asked.push(sql)
    if (osquery.hangsOn && sql.includes(osquery.hangsOn)) return new Promise(() => {})
    if (osquery.diesOf && sql.includes(osquery.diesOf)) {
      await osquery.stop()
      setTimeout(() => void osquery.start(), 300)
    }
    const columns = sql.match(/ AS c\d+/g) ?? []
    return [Object.fromEntries(columns.map((_, index) => [`c${index}`, ONE_PASS]))]
  }
  const osquery: MortalOsquery = {
    path: join(makeFolder(), 'q.em'),
    hangsOn: undefined,
    diesOf: undefined,
    version: '5.23.0',
    asked: [],
    async start() {
      manager = await serveManager(osquery.path, {
        query: answer,
        columns: refuse,
        tableColumns: () => undefined,
        generateTable: refuse,
        options: () => ({}),
        attach: () => {},
        detach: () => {},
        hasCoreTable: () => false,
      })
    },
    async stop() {
      await manager?.close()
    },
  }
  await osquery.start()
  onTestFinished(() => osquery.stop())
  return osquery
}
