import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { listBackups } from './backup.ts'
import { StateError } from './sqlite-error.ts'
import { APPLICATION_ID } from './sqlite-schema.ts'

/** A database's header, and where in it the program that it belongs to is named. */
const HEADER = 100
const APPLICATION = 68

/**
 * Whoever names a file by mistake must find it where it was. A file that SQLite cannot read was a state when it still
 * names us, or its beginning is blank, or only its owner may read it as we make files, or there are backups of it.
 * @throws StateError for any other
 */
export function refuseStranger(path: string): void {
  if (isOurs(path)) return
  throw new StateError('foreign', path, `${path} is not a state, and is not touched`, {
    hint: 'name another place with --state PATH, or move this file away',
  })
}

function isOurs(path: string): boolean {
  const header = Buffer.alloc(HEADER)
  let isPrivate = false
  const file = openSync(path, 'r')
  try {
    readSync(file, header, 0, HEADER, 0)
    isPrivate = process.platform !== 'win32' && (fstatSync(file).mode & 0o077) === 0
  } finally {
    closeSync(file)
  }
  const isBlank = header.every((byte) => byte === 0)
  const isNamed = header.readUInt32BE(APPLICATION) === APPLICATION_ID
  return isBlank || isNamed || isPrivate || listBackups(path).length > 0
}
