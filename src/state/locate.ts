import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'

export interface Whereabouts {
  readonly platform: NodeJS.Platform
  readonly env: NodeJS.ProcessEnv
  /** Undefined on Windows. */
  readonly uid: number | undefined
  readonly home: string
}

export interface StatePlaces {
  /** Where the state is kept unless something else is asked for. */
  readonly own: string
  /** Where whoever ran with other rights would have kept it. */
  readonly others: readonly string[]
}

const FILE = 'state.db'

/** Who we are, for locateState. */
export function whereabouts(): Whereabouts {
  return { platform: process.platform, env: process.env, uid: process.getuid?.(), home: homedir() }
}

/**
 * The usual places of the state: a system folder for root, otherwise one of the user's own (XDG's state folder, Application
 * Support, LocalAppData). On Windows it is always the user's: nothing tells an administrator's rights reliably.
 */
export function locateState(who: Whereabouts): StatePlaces {
  const { platform, uid } = who
  const system = platform === 'darwin' ? '/Library/Application Support/Keelson' : '/var/lib/keelson'
  if (platform === 'win32') return { own: win32.join(userFolder(who), FILE), others: [] }
  const systemFile = posix.join(system, FILE)
  const userFile = posix.join(userFolder(who), FILE)
  if (uid !== 0) return { own: userFile, others: [systemFile] }
  // Behind sudo stands a user who may have run without it before.
  const invoker = homeOf(who.env.SUDO_UID)
  const theirs = invoker ? [posix.join(userFolder({ ...who, env: {}, home: invoker }), FILE)] : []
  return { own: systemFile, others: [userFile, ...theirs] }
}

/** A state that also exists, and that people may mistake for the one at hand. */
export function findOther(places: StatePlaces): string | undefined {
  return places.others.find((path) => existsSync(path))
}

function userFolder({ platform, env, home }: Whereabouts): string {
  if (platform === 'win32') return win32.join(env.LOCALAPPDATA || win32.join(home, 'AppData', 'Local'), 'Keelson')
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Keelson')
  const xdg = env.XDG_STATE_HOME
  // A relative path there is to be ignored (XDG Base Directory Specification 0.8).
  return posix.join(xdg?.startsWith('/') ? xdg : posix.join(home, '.local', 'state'), 'keelson')
}

function homeOf(uid: string | undefined): string | undefined {
  if (!uid || uid === '0') return undefined
  try {
    const users = readFileSync('/etc/passwd', 'utf8').split('\n')
    return users.map((line) => line.split(':')).find((fields) => fields[2] === uid)?.[5]
  } catch {
    return undefined
  }
}
