import { isAbsolute } from 'node:path'

/**
 * Where programs are looked for: the PATH, then the system's own folders, which a service's PATH may lack. An empty or
 * relative entry would mean the current folder, where anyone may have put a program.
 */
export function searchPath({ PATH = '' }: NodeJS.ProcessEnv): string {
  return [...PATH.split(':').filter(isAbsolute), '/usr/sbin', '/sbin', '/usr/bin', '/bin'].join(':')
}
