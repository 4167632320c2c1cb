/** The check that the documentation shows, with what it uses. */
export const EXAMPLE = `# checks/firewall/host-firewall.yaml
id: host-firewall
title: Host firewall is on
severity: high            # low | medium | high | critical
tags: [firewall, network]
schedule: 1h              # bare minutes, 30m, 2h, 1d, 1w, cron, or manual; absent: the configured default
why: Without a host firewall every listening service is reachable from the local network.
fix: Turn the firewall on.                      # Markdown; a platform may give its own
params:
  min_state: { type: integer, default: 1, description: "1 = on, 2 = block all incoming" }
platforms:
  darwin:
    sql: SELECT global_state >= :min_state AS passed, global_state FROM alf
    fix: System Settings → Network → Firewall.
  windows:
    all:                                        # all | any | not nest; leaves are any of the forms below
      - use: service_running                    # a template with parameters
        with: { name: MpsSvc }
      - table: registry
        where: { key: { like: 'HKEY_LOCAL_MACHINE\\SYSTEM\\%Profile' }, name: EnableFirewall }
        expect: { data: "1" }
        match: all                              # all (default) | any | none
  linux:
    any:
      - use: ufw_enabled
      - use: firewalld_running
tests:
  - { name: off, platform: darwin, given: { alf: [{ global_state: 0 }] }, verdict: fail }
  - { name: blocks all, platform: darwin, given: { alf: [{ global_state: 2 }] }, verdict: pass }
  - { name: unreadable (macOS 15 before osquery 5.14.1), platform: darwin, given: { alf: [] }, verdict: error }
`

export const EXAMPLE_FILES: Readonly<Record<string, string>> = {
  'firewall/host-firewall.yaml': EXAMPLE,
  'templates/service_running.yaml': `template: service_running
description: A service runs.
params:
  name: { type: string }
platforms:
  windows:
    table: services
    where: { name: { param: name } }
    expect: { status: RUNNING }
`,
  'templates/ufw_enabled.yaml': `template: ufw_enabled
platforms: { linux: { sql: SELECT 1 AS passed } }
`,
  'templates/firewalld_running.yaml': `template: firewalld_running
platforms: { linux: { sql: SELECT 1 AS passed } }
`,
}
