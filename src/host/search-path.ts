import { isAbsolute } from 'node:path'

/**
 * Where programs are looked for: the PATH, or the system's folders where there is none, and root's, which a PATH may lack. An empty or
 * relative entry would mean the current folder, where anyone may have put a program.
 */
export function searchPath({ PATH = '' }: NodeJS.ProcessEnv): string {
  const given = PATH.split(':').filter(isAbsolute)
  return [...(given.length > 0 ? given : ['/usr/bin', '/bin']), '/usr/sbin', '/sbin'].join(':')
}
