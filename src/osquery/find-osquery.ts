import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'

export interface FindOsqueryOptions {
  readonly platform?: NodeJS.Platform
  /** The PATH to search; the process's own unless given. */
  readonly path?: string
  /** Where else to look; osquery's usual places unless given. */
  readonly places?: readonly string[]
}

/** Where osquery's own packages put it. */
export function usualPlaces(platform: NodeJS.Platform = process.platform): string[] {
  switch (platform) {
    case 'darwin':
      return ['/usr/local/bin', '/opt/homebrew/bin', '/opt/osquery/lib/osquery.app/Contents/MacOS']
    case 'win32':
      return ['C:\\Program Files\\osquery', 'C:\\Program Files\\osquery\\osqueryd']
    default:
      return ['/usr/bin', '/usr/local/bin', '/opt/osquery/bin']
  }
}

/** The first osqueryi, else the first osqueryd, on the PATH and in the usual places. Relative entries are ignored. */
export async function findOsquery(options: FindOsqueryOptions = {}): Promise<string | undefined> {
  const platform = options.platform ?? process.platform
  const folders = (options.path ?? process.env.PATH ?? '').split(delimiter).filter(isAbsolute)
  const suffix = platform === 'win32' ? '.exe' : ''
  for (const name of ['osqueryi', 'osqueryd']) {
    for (const folder of [...folders, ...(options.places ?? usualPlaces(platform))]) {
      const program = join(folder, name + suffix)
      if (await isProgram(program)) return program
    }
  }
  return undefined
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
