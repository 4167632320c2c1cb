import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { KeelsonError, messageOf } from '../../core/errors.ts'

export interface NewFile {
  readonly path: string
  readonly text: string
}

/** Writes files, and none of them where one is there already, unless `force` says so. @throws KeelsonError */
export function writeNewFiles(files: readonly NewFile[], force: boolean): void {
  const taken = files.filter(({ path }) => existsSync(path))
  if (taken.length > 0 && !force) {
    const names = taken.slice(0, 3).map(({ path }) => path)
    const more = taken.length > names.length ? ` and ${taken.length - names.length} more` : ''
    throw new KeelsonError('exists', `already there: ${names.join(', ')}${more}; nothing was written`, {
      hint: '--force replaces them, --to names another place',
    })
  }
  for (const { path, text } of files) {
    try {
      makeFolder(dirname(path))
      writeFileSync(path, text, { flag: force ? 'w' : 'wx' })
    } catch (cause) {
      const hint = 'choose a place that you may write to'
      throw new KeelsonError('write', `cannot write ${path}: ${messageOf(cause)}`, { hint, cause })
    }
  }
}

// Step by step: Node's own recursive form never returns for a folder below /proc.
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path)
}
