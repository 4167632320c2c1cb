import type { Effect, Platform } from '../core/check.ts'

/** What must be known of a table so that its silence is not taken for an answer. */
export interface TableFacts {
  /** What every healthy host has in it, in words; an empty answer then means that it could not be read. */
  readonly neverEmpty?: string
  /** The platforms where `neverEmpty` holds; all of the table's when absent. */
  readonly neverEmptyOn?: readonly Platform[]
  /**
   * SQL that answers a row wherever the table can be read at all: for a table that may well be empty, or that is dear
   * to read whole.
   */
  readonly anchor?: string
  /** The platforms where `anchor` holds; all of the table's when absent. */
  readonly anchorOn?: readonly Platform[]
  /** Platforms where only root (on Windows, an administrator) sees all of it, and anyone else silently less. */
  readonly needsRoot?: readonly Platform[]
  /** Only reading one of these columns needs root; the others are for everyone to see. All of the table when absent. */
  readonly needsRootColumns?: readonly string[]
  /** Without root even our own engine answers less, and no error: it follows osquery to the letter here. */
  readonly silentWithoutRoot?: boolean
  /** Answers for the user at the console, and nothing while nobody is logged in. */
  readonly needsConsoleUser?: boolean
  /** Why an empty answer may be believed, where it may. */
  readonly emptyIsTrue?: string
  /** Columns that may hold secrets or personal data: never evidence, unless hashed. */
  readonly sensitive?: readonly string[]
  /** What reading it does beside reading. */
  readonly effects?: readonly Effect[]
  /** Where these facts come from. */
  readonly source: string
}

const POSIX: readonly Platform[] = ['darwin', 'linux']
const ALL: readonly Platform[] = ['darwin', 'linux', 'windows']
const NO_STATE = 'a state in which nothing is recorded yet has no row; without a state it is an error'

/** Facts of every table that a shipped check or template reads, and of those that checks must not read lightly. */
export const TABLE_FACTS: Readonly<Record<string, TableFacts>> = {
  os_version: { neverEmpty: 'one row naming the system', source: 'osquery specs/os_version.table' },
  system_info: { neverEmpty: 'one row naming the machine', source: 'osquery specs/system_info.table' },
  osquery_info: { neverEmpty: 'one row about osquery itself', source: 'osquery specs/osquery_info.table' },
  time: { neverEmpty: 'the current time', source: 'osquery specs/time.table' },
  uptime: { neverEmpty: 'the uptime', source: 'osquery specs/uptime.table' },
  memory_info: { neverEmpty: 'the size of the memory', source: 'osquery specs/linux/memory_info.table; proc(5)' },
  users: { neverEmpty: 'at least root or SYSTEM', source: 'osquery specs/users.table; passwd(5)' },
  groups: { neverEmpty: 'at least one group', source: 'osquery specs/groups.table; group(5)' },
  user_groups: { neverEmpty: 'every user has a primary group', source: 'osquery specs/user_groups.table' },
  processes: {
    neverEmpty: "osquery's own process",
    needsRoot: POSIX,
    needsRootColumns: ['path', 'cwd', 'root', 'on_disk', 'disk_bytes_read', 'disk_bytes_written'],
    silentWithoutRoot: true,
    sensitive: ['cmdline'],
    source:
      "osquery specs/processes.table; proc(5): other users' exe, cwd and io are closed; command lines carry passwords (CWE-214)",
  },
  process_open_sockets: {
    needsRoot: POSIX,
    silentWithoutRoot: true,
    source:
      "osquery specs/process_open_sockets.table; proc(5): other users' fd are closed, so their sockets have pid -1",
  },
  mounts: { neverEmpty: 'the root file system', source: 'osquery specs/posix/mounts.table; proc(5)' },
  shadow: {
    neverEmpty: "root's entry",
    needsRoot: ['linux'],
    sensitive: ['hash_alg'],
    source: 'osquery specs/linux/shadow.table; shadow(5): mode 0640',
  },
  sudoers: {
    needsRoot: POSIX,
    emptyIsTrue: 'a machine without sudo has no rules; root reads every file',
    source: 'osquery specs/posix/sudoers.table; sudoers(5): mode 0440',
  },
  file: {
    needsRoot: ALL,
    anchor: `SELECT 1 FROM file WHERE path = '/'`,
    anchorOn: POSIX,
    emptyIsTrue: 'a path that does not exist has no row, and root can look everywhere, as administrators can',
    source: 'osquery specs/utility/file.table; recorded: a missing path answers no row',
  },
  hash: {
    needsRoot: ALL,
    emptyIsTrue: 'a path that is no regular file has no row, and root can read every file, as administrators can',
    source: 'osquery specs/hash.table; recorded: a missing path answers no row',
  },
  disk_encryption: {
    neverEmpty: 'one row per block device',
    needsRoot: POSIX,
    source:
      'osquery tables/system/linux/disk_encryption.cpp; osquery issues 7314, 8639: no rows when not root or unsupported',
  },
  block_devices: {
    neverEmpty: 'one row per block device',
    needsRoot: ['linux'],
    source: 'osquery specs/posix/block_devices.table',
  },
  deb_packages: { neverEmpty: 'the packages of a Debian system', source: 'osquery specs/linux/deb_packages.table' },
  apt_sources: {
    source: 'osquery tables/system/linux/apt_sources.cpp: a source whose list was never fetched has no row',
  },
  rpm_packages: { neverEmpty: 'the packages of an RPM system', source: 'osquery specs/linux/rpm_packages.table' },
  systemd_units: { neverEmpty: 'the units of a systemd system', source: 'osquery specs/linux/systemd_units.table' },
  kernel_modules: {
    neverEmpty: 'modules of a distribution kernel',
    source: 'osquery specs/linux/kernel_modules.table; a container answers nothing',
  },
  kernel_info: { neverEmpty: 'one row naming the kernel', source: 'osquery specs/kernel_info.table' },
  system_controls: {
    neverEmpty: 'the kernel parameters',
    // Every parameter would be read otherwise; asked by its name, one that is not there has a row as well, without a value.
    anchor: `SELECT 1 FROM system_controls WHERE name = 'kernel.ostype' AND current_value <> ''`,
    anchorOn: ['linux'],
    source: 'osquery specs/posix/system_controls.table',
  },
  interface_details: {
    neverEmpty: 'the loopback interface',
    source: 'osquery specs/interface_details.table',
  },
  suid_bin: {
    needsRoot: POSIX,
    emptyIsTrue: 'a machine without such programs has no row, and root can look into every folder',
    source: 'osquery specs/posix/suid_bin.table; tables/system/posix/suid_bin.cpp names the folders',
  },
  apparmor_profiles: {
    needsRoot: ['linux'],
    emptyIsTrue: 'a kernel without profiles has no row, where its securityfs is mounted',
    source: 'osquery specs/linux/apparmor_profiles.table: /sys/kernel/security/apparmor, which root may read',
  },
  selinux_settings: {
    emptyIsTrue: 'where SELinux is off, selinuxfs is not mounted and there is no row',
    source: 'osquery specs/linux/selinux_settings.table; selinux(8)',
  },
  augeas: {
    neverEmpty: 'the files that the lenses know',
    neverEmptyOn: ['linux'],
    // Everything would be parsed otherwise, which takes seconds.
    anchor: `SELECT 1 FROM augeas WHERE path = '/etc/passwd'`,
    anchorOn: ['linux'],
    needsRoot: POSIX,
    source: 'osquery specs/posix/augeas.table; recorded: empty, and no error, where no lenses are installed',
  },
  iptables: {
    needsRoot: ['linux'],
    source: 'osquery tables/networking/linux/iptables.cpp; issue 7323: empty where rules live in nf_tables',
  },
  listening_ports: {
    silentWithoutRoot: true,
    needsRoot: POSIX,
    neverEmpty: 'sockets of the system',
    source: 'osquery specs/listening_ports.table',
  },
  alf: {
    neverEmpty: 'one row of firewall settings',
    source: 'osquery specs/darwin/alf.table; issues 8395, 8428: empty on macOS 15 before 5.14.1',
  },
  plist: {
    needsRoot: ['darwin'],
    anchor: `SELECT 1 FROM plist WHERE path = '/System/Library/CoreServices/SystemVersion.plist'`,
    emptyIsTrue: 'a file or key that does not exist has no row',
    source: 'osquery specs/darwin/plist.table',
  },
  screenlock: {
    neverEmpty: "the lock's settings",
    needsConsoleUser: true,
    source: "osquery specs/darwin/screenlock.table: answers for osquery's own logged-in user only",
  },
  managed_policies: {
    emptyIsTrue: 'a Mac without management has no policies',
    source: 'osquery specs/darwin/managed_policies.table',
  },
  registry: {
    needsRoot: ['windows'],
    anchor: `SELECT 1 FROM registry WHERE key = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion'`,
    emptyIsTrue:
      'a key or value that does not exist has no row; SYSTEM and administrators read every key that checks ask for',
    source: 'osquery specs/windows/registry.table',
  },
  security_profile_info: {
    neverEmpty: 'one row of account and audit settings',
    source:
      'osquery tables/system/windows/security_profile_info.cpp: no row when the Security Configuration Engine refuses, as it does without administrator rights',
  },
  secureboot: {
    neverEmpty: 'one row, of NULLs where the firmware has no Secure Boot',
    neverEmptyOn: ['darwin', 'windows'],
    source:
      'osquery tables/system/{darwin,linux,windows}/secureboot; recorded: no row on Linux without efivars; issue 8804',
  },
  programs: { neverEmpty: 'installed programs', source: 'osquery specs/windows/programs.table' },
  services: { neverEmpty: 'the services of Windows', source: 'osquery specs/windows/services.table' },
  apps: { neverEmpty: 'the applications that macOS ships with', source: 'osquery specs/darwin/apps.table' },
  bitlocker_info: {
    neverEmpty: 'one row per volume',
    source: 'osquery specs/windows/bitlocker_info.table: WMI, which only administrators may ask',
  },
  logical_drives: { neverEmpty: 'the system drive', source: 'osquery specs/windows/logical_drives.table' },
  windows_security_center: {
    neverEmpty: 'one row of health states',
    source: 'osquery specs/windows/windows_security_center.table; issue 8042: Error on servers',
  },
  windows_security_products: {
    neverEmpty: 'Defender registers itself on client Windows',
    source: 'osquery specs/windows/windows_security_products.table; issue 6389: empty on servers',
  },
  windows_optional_features: {
    neverEmpty: 'the optional features of Windows, about a hundred of them',
    source: 'osquery tables/system/windows/windows_optional_features.cpp: WMI; a failure answers no row',
  },
  deviceguard_status: {
    neverEmpty: 'one row, also where virtualization-based security is off',
    source: 'osquery tables/system/windows/deviceguard_status.cpp: WMI; a failure answers no row',
  },
  tpm_info: {
    // Neither never empty nor truly empty: a machine without a TPM and a failure of WMI both show nothing.
    source: 'osquery tables/system/windows/tpm_info.cpp: any failure is logged and answers no row',
  },
  shared_resources: {
    neverEmpty: 'IPC$, as long as the Server service runs',
    source: 'osquery tables/system/windows/shared_resources.cpp: WMI; a failure answers no row',
  },
  windows_update_history: {
    // Neither never empty nor truly empty: a failure of the Windows Update Agent and a new installation both show nothing.
    source: 'osquery tables/system/windows/windows_update_history.cpp: any failure is logged and answers no row',
  },
  sharing_preferences: {
    neverEmpty: 'one row of the sharing services',
    needsRoot: ['darwin'],
    source: "osquery specs/darwin/sharing_preferences.table; Bluetooth sharing is looked up in every user's home",
  },
  sip_config: { neverEmpty: 'one row per flag', source: 'osquery specs/darwin/sip_config.table' },
  gatekeeper: {
    neverEmpty: 'one row of settings',
    source: 'osquery tables/system/darwin/gatekeeper.cpp; pull request 8831: on macOS 15 and later wrong before 5.23',
  },
  kernel_extensions: {
    neverEmpty: "Apple's own extensions",
    source: 'osquery specs/darwin/kernel_extensions.table; macOS 15 may answer nobody without an entitlement of Apple',
  },
  nvram: { neverEmpty: 'variables of the firmware', source: 'osquery specs/darwin/nvram.table' },
  authorizations: {
    neverEmpty: 'the rights of macOS',
    source: 'osquery specs/darwin/authorizations.table; AuthorizationRightGet',
  },
  password_policy: {
    neverEmpty: 'the policy of four characters that every Mac has for FileVault',
    needsRoot: ['darwin'],
    source: 'osquery tables/system/darwin/password_policy.mm; macOS: com.apple.defaultpasswordpolicy.fde',
  },
  time_machine_destinations: {
    needsRoot: ['darwin'],
    // Neither never empty nor truly empty: without full disk access there is no row either.
    source: 'osquery specs/darwin/time_machine_destinations.table; pull request 8325: needs full disk access',
  },
  system_extensions: {
    emptyIsTrue: 'a Mac without system extensions has no row',
    source:
      'osquery specs/darwin/system_extensions.table: /Library/SystemExtensions/db.plist, which everybody may read',
  },
  shell_history: { sensitive: ['command'], source: 'osquery specs/posix/shell_history.table' },
  process_envs: { sensitive: ['value'], needsRoot: POSIX, source: 'osquery specs/posix/process_envs.table' },
  authorized_keys: {
    sensitive: ['key'],
    needsRoot: POSIX,
    emptyIsTrue: 'users without keys have no row',
    source: 'osquery specs/posix/authorized_keys.table',
  },
  crontab: {
    sensitive: ['command'],
    needsRoot: POSIX,
    emptyIsTrue: 'a machine without jobs has no row',
    source: 'osquery specs/posix/crontab.table',
  },
  // The tables of our extension fail where they may not look, wherever they are read.
  auditctl_rules: {
    needsRoot: ['linux'],
    emptyIsTrue: 'a kernel without rules has no row; without auditctl it is an error',
    source: 'auditctl(8), run as auditctl -l and -s',
  },
  file_lines: {
    anchor: `SELECT 1 FROM file_lines WHERE path = '/etc/passwd'`,
    emptyIsTrue: 'a file that does not exist has no lines; one that cannot be read is an error',
    sensitive: ['line'],
    source: 'src/host/tables/file-lines.ts; files of every kind are asked for, those of secrets among them',
  },
  login_defs: { neverEmpty: 'the settings of /etc/login.defs', source: 'login.defs(5)' },
  nft_rules: {
    needsRoot: ['linux'],
    emptyIsTrue: 'a kernel without rules has no chains; without nft it is an error',
    source: 'nft(8), run as nft -j list ruleset; rules of the legacy iptables are not in it',
  },
  pam_rules: { neverEmpty: 'the services of PAM', source: 'pam.d(5)' },
  sshd_effective_config: {
    needsRoot: ['linux'],
    neverEmpty: 'the settings of its SSH server, if it has one',
    source: 'sshd(8), run as sshd -T; it reads the host keys',
  },
  ufw_status: {
    needsRoot: ['linux'],
    emptyIsTrue: 'a machine without ufw has no row',
    source: 'ufw(8), run as ufw status verbose',
  },
  compliance_checks: { emptyIsTrue: NO_STATE, source: 'docs/state.md' },
  compliance_events: { emptyIsTrue: NO_STATE, source: 'docs/state.md' },
  compliance_status: { emptyIsTrue: NO_STATE, source: 'docs/state.md' },
  curl: { effects: ['network'], source: 'osquery specs/utility/curl.table' },
  curl_certificate: { effects: ['network'], source: 'osquery specs/curl_certificate.table' },
  carves: { effects: ['carve'], source: 'osquery specs/utility/carves.table' },
  yara_file: { effects: ['network'], source: 'osquery specs/yara/yara_file.table: rules may come from a URL' },
  yara_process: { effects: ['network'], source: 'osquery specs/yara/yara_process.table: rules may come from a URL' },
  prometheus_metrics: { effects: ['network'], source: 'osquery specs/prometheus_metrics.table: asks the targets' },
  ec2_instance_metadata: {
    effects: ['network'],
    source: 'osquery specs/posix/ec2_instance_metadata.table: asks 169.254.169.254',
  },
  ec2_instance_tags: { effects: ['network'], source: 'osquery specs/posix/ec2_instance_tags.table: asks the AWS API' },
  azure_instance_metadata: {
    effects: ['network'],
    source: 'osquery specs/azure_instance_metadata.table: asks 169.254.169.254',
  },
  azure_instance_tags: {
    effects: ['network'],
    source: 'osquery specs/azure_instance_tags.table: asks 169.254.169.254',
  },
}

/** Functions that do more than calculate. */
export const FUNCTION_EFFECTS: Readonly<Record<string, Effect>> = { carve: 'carve', sleep: 'sleep' }

/** Other names of tables, from osquery's specifications: what is true of a table is true of it under each of them. */
const ALIASES: Readonly<Record<string, string>> = {
  alf_services: 'sharing_preferences',
  cb_info: 'carbon_black_info',
  configurations: 'augeas',
  hosts: 'etc_hosts',
  hvci_status: 'deviceguard_status',
  packages: 'package_receipts',
  programs_and_features: 'programs',
  syslog: 'syslog_events',
  yara: 'yara_file',
}

/** What is known of a table, by whichever of its names. */
export function factsOf(table: string): TableFacts | undefined {
  return TABLE_FACTS[ALIASES[table] ?? table]
}

const OWN_PROCESS = 'SELECT 1 FROM processes WHERE pid = (SELECT pid FROM osquery_info)'

/** SQL that answers a row only where osquery runs as root or, on Windows, elevated: told by its own process. */
export const ROOT_GATES: Readonly<Record<Platform, string>> = {
  darwin: `${OWN_PROCESS} AND euid = 0`,
  linux: `${OWN_PROCESS} AND euid = 0`,
  windows: `${OWN_PROCESS} AND elevated_token = 1`,
}

/** SQL that answers a row only while somebody is logged in at the console of a Mac. */
export const CONSOLE_USER_GATE = `SELECT 1 FROM logged_in_users WHERE tty = 'console'`
