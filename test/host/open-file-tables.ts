import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { Host } from '../../src/host/host.ts'
import type { HostTable } from '../../src/host/host-table.ts'
import { augeas } from '../../src/host/tables/augeas.ts'
import { authorizedKeys } from '../../src/host/tables/authorized-keys.ts'
import { certificates } from '../../src/host/tables/certificates.ts'
import { crontab } from '../../src/host/tables/crontab.ts'
import { dnsResolvers } from '../../src/host/tables/dns-resolvers.ts'
import { etcHosts } from '../../src/host/tables/etc-hosts.ts'
import { etcProtocols } from '../../src/host/tables/etc-protocols.ts'
import { etcServices } from '../../src/host/tables/etc-services.ts'
import { file } from '../../src/host/tables/file.ts'
import { fileLines } from '../../src/host/tables/file-lines.ts'
import { groups } from '../../src/host/tables/groups.ts'
import { hash } from '../../src/host/tables/hash.ts'
import { knownHosts } from '../../src/host/tables/known-hosts.ts'
import { loginDefs } from '../../src/host/tables/login-defs.ts'
import { pamRules } from '../../src/host/tables/pam-rules.ts'
import { shadow } from '../../src/host/tables/shadow.ts'
import { sshConfigs } from '../../src/host/tables/ssh-configs.ts'
import { sudoers } from '../../src/host/tables/sudoers.ts'
import { suidBin } from '../../src/host/tables/suid-bin.ts'
import { userGroups } from '../../src/host/tables/user-groups.ts'
import { users } from '../../src/host/tables/users.ts'
import { Engine } from '../../src/sql/engine.ts'
import { osqueryCollations, osqueryFunctions } from '../../src/sql/functions/index.ts'
import { type PlatformTable, readSchema, tablesOf } from '../../src/sql/schema.ts'
import { loadSqlite } from '../../src/sql/sqlite.ts'

export const FILE_TABLES: readonly HostTable[] = [
  augeas,
  authorizedKeys,
  certificates,
  crontab,
  dnsResolvers,
  etcHosts,
  etcProtocols,
  etcServices,
  file,
  fileLines,
  groups,
  hash,
  knownHosts,
  loginDefs,
  pamRules,
  shadow,
  sshConfigs,
  sudoers,
  suidBin,
  userGroups,
  users,
]

export const LINUX_TABLES: ReadonlyMap<string, PlatformTable> = tablesOf(readSchema(), 'linux')

const sqlite = await loadSqlite()

export type TextRow = Record<string, string>

/** Asks the tables of this half; answers as osquery's wire does, with text only. */
export function openFileTables(host: Host): (sql: string) => TextRow[] {
  const tables = FILE_TABLES.map(({ name, generate }) => ({
    name,
    columns: LINUX_TABLES.get(name)?.columns ?? [],
    generate: (context: Parameters<typeof generate>[0]) => generate(context, host),
  }))
  const engine = new Engine(sqlite, { tables, functions: osqueryFunctions, collations: osqueryCollations })
  return (sql) => {
    const { columns, rows } = engine.query(sql)
    return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, `${row[index] ?? ''}`])))
  }
}

/** A machine with nothing but these files, and what its tables answer. Gone after the test. */
export function makeMachine(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'keelson-host-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const host = new Host(root)
  return { root, host, query: openFileTables(host) }
}

export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8'))
}

/** For rows whose order osquery does not promise. */
export function sortRows(rows: readonly TextRow[]): string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort()
}

export function runShell(commands: readonly string[], folder: string): void {
  execFileSync('sh', ['-ec', commands.join('\n')], { cwd: folder })
}
