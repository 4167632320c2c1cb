import { closeSync, openSync, readSync } from 'node:fs'
import { listBackups } from './backup.ts'
import { StateError } from './sqlite-error.ts'
import { APPLICATION_ID } from './sqlite-schema.ts'

/** A database's header, and where in it the program that it belongs to is named. */
const HEADER = 100
const APPLICATION = 68

/**
 * Whoever names a file by mistake must not lose it. A file that SQLite cannot read was a state when it still names us, or
 * its beginning is blank, or there are backups of it. @throws StateError for any other
 */
export function refuseStranger(path: string): void {
  if (isOurs(path)) return
  throw new StateError('foreign', path, `${path} is not a state, and is not touched`, {
    hint: 'name another place with --state PATH',
  })
}

function isOurs(path: string): boolean {
  const header = Buffer.alloc(HEADER)
  const file = openSync(path, 'r')
  try {
    readSync(file, header, 0, HEADER, 0)
  } finally {
    closeSync(file)
  }
  const isBlank = header.every((byte) => byte === 0)
  return isBlank || header.readUInt32BE(APPLICATION) === APPLICATION_ID || listBackups(path).length > 0
}
