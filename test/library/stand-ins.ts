import type { FileSpec, Files } from './files.ts'

/** A program that prints a text, whatever it is asked. */
export function printing(text: string): FileSpec {
  return { text: `#!/bin/sh\ncat <<'END_OF_OUTPUT'\n${text.replace(/\n$/, '')}\nEND_OF_OUTPUT\n`, mode: 0o755 }
}

export interface UnitState {
  /** loaded unless given. */
  readonly load?: string
  /** active unless given. */
  readonly active?: string
  /** running unless given. */
  readonly sub?: string
  /** What systemctl is-enabled would say; enabled unless given. */
  readonly file?: string
}

/** systemctl, as the table systemd_units asks it: systemd itself, and these units by their full names. */
export function systemctl(units: Readonly<Record<string, UnitState>>): FileSpec {
  const all: Record<string, UnitState> = { 'init.scope': { file: '' }, ...units }
  const blocks = Object.entries(all).map(
    ([id, { load = 'loaded', active = 'active', sub = 'running', file = 'enabled' }]) =>
      `Id=${id}\nFollowing=\nDescription=${id}\nLoadState=${load}\nActiveState=${active}\nSubState=${sub}
FragmentPath=/usr/lib/systemd/system/${id}\nSourcePath=\nUnitFileState=${file}\nJob=\nUser=`,
  )
  return printing(blocks.join('\n\n'))
}

/** dpkg's database with these packages: name → version. */
export function dpkgStatus(packages: Readonly<Record<string, string>>): string {
  const stanzas = Object.entries({ 'base-files': '12.4+deb12u5', ...packages }).map(
    ([name, version]) =>
      `Package: ${name}\nStatus: install ok installed\nPriority: optional\nSection: misc\nArchitecture: amd64\nVersion: ${version}\n`,
  )
  return stanzas.join('\n')
}

/** rpm and its database with these packages: name → version-release, and the unix time of their installation. */
export function rpm(packages: Readonly<Record<string, string>>, installed = 1_700_000_000): Files {
  const lines = Object.entries({ setup: '2.13.7-10.el9', ...packages }).map(([name, full]) => {
    const at = full.lastIndexOf('-')
    const [version, release] = [full.slice(0, at), full.slice(at + 1)]
    return [name, version, release, `${name}-${full}.src.rpm`, 1, '0', 'x86_64', '', installed, '', ''].join('\t')
  })
  return { '/usr/bin/rpm': printing(lines.join('\n')), '/var/lib/rpm/rpmdb.sqlite': '' }
}
