import type { FileSpec } from './files.ts'

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
