import { randomUUID } from 'node:crypto'
import { readSchema, tablesOf } from '../sql/schema.ts'
import type { VirtualTable } from '../sql/table.ts'
import type { Host } from './host.ts'
import type { HostTable } from './host-table.ts'
import { apparmorProfiles } from './tables/apparmor-profiles.ts'
import { aptSources } from './tables/apt-sources.ts'
import { auditctlRules } from './tables/auditctl-rules.ts'
import { augeas } from './tables/augeas.ts'
import { authorizedKeys } from './tables/authorized-keys.ts'
import { blockDevices } from './tables/block-devices.ts'
import { certificates } from './tables/certificates.ts'
import { crontab } from './tables/crontab.ts'
import { debPackages } from './tables/deb-packages.ts'
import { diskEncryption } from './tables/disk-encryption.ts'
import { dnsResolvers } from './tables/dns-resolvers.ts'
import { etcHosts } from './tables/etc-hosts.ts'
import { etcProtocols } from './tables/etc-protocols.ts'
import { etcServices } from './tables/etc-services.ts'
import { file } from './tables/file.ts'
import { fileLines } from './tables/file-lines.ts'
import { groups } from './tables/groups.ts'
import { hash } from './tables/hash.ts'
import { interfaceAddresses } from './tables/interface-addresses.ts'
import { interfaceDetails } from './tables/interface-details.ts'
import { iptables } from './tables/iptables.ts'
import { kernelInfo } from './tables/kernel-info.ts'
import { kernelModules } from './tables/kernel-modules.ts'
import { knownHosts } from './tables/known-hosts.ts'
import { listeningPorts } from './tables/listening-ports.ts'
import { loadAverage } from './tables/load-average.ts'
import { loggedInUsers } from './tables/logged-in-users.ts'
import { loginDefs } from './tables/login-defs.ts'
import { memoryInfo } from './tables/memory-info.ts'
import { mounts } from './tables/mounts.ts'
import { nftRules } from './tables/nft-rules.ts'
import { osVersion } from './tables/os-version.ts'
import { createOsqueryInfo } from './tables/osquery-info.ts'
import { createOsqueryRegistry } from './tables/osquery-registry.ts'
import { pamRules } from './tables/pam-rules.ts'
import { platformInfo } from './tables/platform-info.ts'
import { processOpenSockets } from './tables/process-open-sockets.ts'
import { processes } from './tables/processes.ts'
import { rpmPackages } from './tables/rpm-packages.ts'
import { secureboot } from './tables/secureboot.ts'
import { selinuxSettings } from './tables/selinux-settings.ts'
import { shadow } from './tables/shadow.ts'
import { sshConfigs } from './tables/ssh-configs.ts'
import { sshdEffectiveConfig } from './tables/sshd-effective-config.ts'
import { sudoers } from './tables/sudoers.ts'
import { suidBin } from './tables/suid-bin.ts'
import { systemControls } from './tables/system-controls.ts'
import { systemInfo } from './tables/system-info.ts'
import { systemdUnits } from './tables/systemd-units.ts'
import { time } from './tables/time.ts'
import { ufwStatus } from './tables/ufw-status.ts'
import { ulimitInfo } from './tables/ulimit-info.ts'
import { uptime } from './tables/uptime.ts'
import { userGroups } from './tables/user-groups.ts'
import { users } from './tables/users.ts'

const TABLES: readonly HostTable[] = [
  apparmorProfiles,
  aptSources,
  auditctlRules,
  augeas,
  authorizedKeys,
  blockDevices,
  certificates,
  crontab,
  debPackages,
  diskEncryption,
  dnsResolvers,
  etcHosts,
  etcProtocols,
  etcServices,
  file,
  fileLines,
  groups,
  hash,
  interfaceAddresses,
  interfaceDetails,
  iptables,
  kernelInfo,
  kernelModules,
  knownHosts,
  listeningPorts,
  loadAverage,
  loggedInUsers,
  loginDefs,
  memoryInfo,
  mounts,
  nftRules,
  osVersion,
  pamRules,
  platformInfo,
  processes,
  processOpenSockets,
  rpmPackages,
  secureboot,
  selinuxSettings,
  shadow,
  sshConfigs,
  sshdEffectiveConfig,
  sudoers,
  suidBin,
  systemControls,
  systemdUnits,
  systemInfo,
  time,
  ufwStatus,
  ulimitInfo,
  uptime,
  userGroups,
  users,
]

export interface HostTablesOptions {
  /** What osquery_registry is to list. */
  readonly tableNames: () => string[]
  /** Only osquery's own tables, without those that our extension adds. */
  readonly plain: boolean
}

/** The tables that the embedded engine reads from this machine, with the columns of the schema. */
export function createHostTables(host: Host, { tableNames, plain }: HostTablesOptions): VirtualTable[] {
  const schema = tablesOf(readSchema(), 'linux')
  const own = [createOsqueryInfo(randomUUID(), Math.floor(Date.now() / 1000)), createOsqueryRegistry(tableNames)]
  const wanted = [...TABLES, ...own].filter(({ name }) => !plain || !schema.get(name)?.extension)
  return wanted.map(({ name, generate }) => ({
    name,
    columns: schema.get(name)?.columns ?? [],
    generate: (context) => generate(context, host),
  }))
}
