import * as fs from 'node:fs'
import * as os from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { Host } from '../../src/host/host.ts'
import type { HostTable } from '../../src/host/host-table.ts'
import { apparmorProfiles } from '../../src/host/tables/apparmor-profiles.ts'
import { aptSources } from '../../src/host/tables/apt-sources.ts'
import { auditctlRules } from '../../src/host/tables/auditctl-rules.ts'
import { blockDevices } from '../../src/host/tables/block-devices.ts'
import { debPackages } from '../../src/host/tables/deb-packages.ts'
import { diskEncryption } from '../../src/host/tables/disk-encryption.ts'
import { interfaceAddresses } from '../../src/host/tables/interface-addresses.ts'
import { interfaceDetails } from '../../src/host/tables/interface-details.ts'
import { iptables } from '../../src/host/tables/iptables.ts'
import { kernelInfo } from '../../src/host/tables/kernel-info.ts'
import { kernelModules } from '../../src/host/tables/kernel-modules.ts'
import { listeningPorts } from '../../src/host/tables/listening-ports.ts'
import { loadAverage } from '../../src/host/tables/load-average.ts'
import { loggedInUsers } from '../../src/host/tables/logged-in-users.ts'
import { memoryInfo } from '../../src/host/tables/memory-info.ts'
import { mounts } from '../../src/host/tables/mounts.ts'
import { nftRules } from '../../src/host/tables/nft-rules.ts'
import { osVersion } from '../../src/host/tables/os-version.ts'
import { createOsqueryInfo } from '../../src/host/tables/osquery-info.ts'
import { createOsqueryRegistry } from '../../src/host/tables/osquery-registry.ts'
import { platformInfo } from '../../src/host/tables/platform-info.ts'
import { processOpenSockets } from '../../src/host/tables/process-open-sockets.ts'
import { processes } from '../../src/host/tables/processes.ts'
import { rpmPackages } from '../../src/host/tables/rpm-packages.ts'
import { secureboot } from '../../src/host/tables/secureboot.ts'
import { selinuxSettings } from '../../src/host/tables/selinux-settings.ts'
import { sshdEffectiveConfig } from '../../src/host/tables/sshd-effective-config.ts'
import { systemControls } from '../../src/host/tables/system-controls.ts'
import { systemInfo } from '../../src/host/tables/system-info.ts'
import { systemdUnits } from '../../src/host/tables/systemd-units.ts'
import { time } from '../../src/host/tables/time.ts'
import { ufwStatus } from '../../src/host/tables/ufw-status.ts'
import { ulimitInfo } from '../../src/host/tables/ulimit-info.ts'
import { uptime } from '../../src/host/tables/uptime.ts'
import { Engine } from '../../src/sql/engine.ts'
import { osqueryCollations, osqueryFunctions } from '../../src/sql/functions/index.ts'
import { readSchema, tablesOf } from '../../src/sql/schema.ts'
import { loadSqlite } from '../../src/sql/sqlite.ts'

export const INSTANCE_ID = '6f1f0d1e-3c55-4f5e-9a53-1b6b4d0a7c11'
export const START_TIME = 1_795_176_000

const systemTables: readonly HostTable[] = [
  ...[apparmorProfiles, aptSources, blockDevices, debPackages, diskEncryption, interfaceAddresses, interfaceDetails],
  ...[iptables, kernelInfo, kernelModules, listeningPorts, loadAverage, loggedInUsers, memoryInfo, mounts, osVersion],
  ...[platformInfo, processOpenSockets, processes, rpmPackages, secureboot, selinuxSettings, systemControls],
  ...[auditctlRules, nftRules, sshdEffectiveConfig, ufwStatus],
  ...[systemInfo, systemdUnits, time, ulimitInfo, uptime],
  createOsqueryInfo(INSTANCE_ID, START_TIME),
  createOsqueryRegistry(() => ['os_version', 'processes']),
]

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) fs.rmSync(folder, { recursive: true })
})

function createFolder(): string {
  const folder = fs.mkdtempSync(join(os.tmpdir(), 'keelson-host-'))
  folders.push(folder)
  return folder
}

const sqlite = await loadSqlite()
const schema = tablesOf(readSchema(), 'linux')

/** Asks the tables of a host through the engine; every value is text, and NULL is empty, as osquery sends them. */
export function openSystemTables(host: Host) {
  const tables = systemTables.map((table) => ({
    name: table.name,
    columns: schema.get(table.name)!.columns,
    generate: (context: Parameters<HostTable['generate']>[0]) => table.generate(context, host),
  }))
  const engine = new Engine(sqlite, { tables, functions: osqueryFunctions, collations: osqueryCollations })
  return (sql: string, options: { now?: number } = {}): Record<string, string>[] => {
    const { columns, rows } = engine.query(sql, options)
    return rows.map((row) => Object.fromEntries(row.map((value, i) => [columns[i]!, value === null ? '' : `${value}`])))
  }
}

/** A machine made of files: text, bytes, or a link to where `->` points. */
export function createMachine(files: Readonly<Record<string, string | Uint8Array>>): Host {
  const root = createFolder()
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path)
    fs.mkdirSync(dirname(file), { recursive: true })
    if (typeof content === 'string' && content.startsWith('-> ')) fs.symlinkSync(content.slice(3), file)
    else if (path.endsWith('/')) fs.mkdirSync(file, { recursive: true })
    else fs.writeFileSync(file, content)
  }
  return new Host(root)
}

/** The real machine, with a program of ours first on its PATH, and paths that it is to believe in. */
export function createMachineWithProgram(name: string, script: string, present: readonly string[] = []): Host {
  const folder = createFolder()
  fs.writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return new (class extends Host {
    override stat(path: string) {
      return present.includes(path) ? fs.statSync(folder, { bigint: true }) : super.stat(path)
    }
  })('/', { ...process.env, PATH: `${folder}:${process.env.PATH}` })
}
