import type { BigIntStats } from 'node:fs'
import { TableError } from '../sql/table.ts'
import type { Host } from './host.ts'

/**
 * What a path leads to, through links: 'missing' also for a link that leads nowhere, 'circular' for one in circles.
 * @throws TableError when it cannot be looked at
 */
export function statTarget(host: Host, path: string): BigIntStats | 'missing' | 'circular' {
  try {
    return host.stat(path) ?? 'missing'
  } catch (error) {
    const cause = error instanceof TableError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined
    if (cause?.code === 'ELOOP') return 'circular'
    throw error
  }
}

export function isFolder(host: Host, path: string): boolean {
  const target = statTarget(host, path)
  return typeof target === 'object' && target.isDirectory()
}
