import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf } from '../core/errors.ts'
import { StateError } from './sqlite-error.ts'

/** Makes an empty file that only its owner may read, and the folders to it, unless it is there. @throws StateError */
export function makeFile(path: string): void {
  if (existsSync(path)) return
  try {
    makeFolder(dirname(path))
    closeSync(openSync(path, 'a', 0o600))
  } catch (cause) {
    throw new StateError('read-only', path, `the state cannot be kept at ${path}: ${messageOf(cause)}`, {
      hint: 'choose another place with --state PATH, or --no-state',
      cause,
    })
  }
}

// Step by step: Node's own recursive form never returns for a folder below /proc.
export function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path, { mode: 0o700 })
}
