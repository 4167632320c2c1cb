import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '../core/check.ts'
import { messageOf } from '../core/errors.ts'
import type { DefinitionKind } from './definition.ts'

export interface ListedFile {
  readonly file: string
  readonly kind: DefinitionKind
}

interface Walk {
  readonly files: ListedFile[]
  readonly diagnostics: Diagnostic[]
  /** Real paths: what is reached twice over symbolic links is read once. */
  readonly seen: Set<string>
}

/**
 * The YAML files in a folder and its subfolders, in the order of their names; what lies under `templates/` of the
 * folder itself are templates. Hidden entries and node_modules are passed over, symbolic links are followed.
 */
export function listFiles(folder: string): { files: readonly ListedFile[]; diagnostics: readonly Diagnostic[] } {
  const walk: Walk = { files: [], diagnostics: [], seen: new Set() }
  try {
    if (!statSync(folder).isDirectory()) {
      report(walk, 'error', folder, 'no-folder', 'not a folder', 'give the folder that holds the checks')
    } else visitFolder(walk, folder, 'check', [])
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') {
      report(walk, 'error', folder, 'no-folder', 'there is no such folder', 'check the path, or create the folder')
    } else reportUnreadable(walk, folder, error)
  }
  return { files: walk.files, diagnostics: walk.diagnostics }
}

function visitFolder(walk: Walk, folder: string, kind: DefinitionKind, above: readonly string[]): void {
  try {
    const real = realpathSync(folder)
    if (above.includes(real)) {
      const message = 'a symbolic link that leads back to a folder above it; passed over'
      report(walk, 'warning', folder, 'symlink-loop', message, 'remove the link')
      return
    }
    if (walk.seen.has(real)) return
    walk.seen.add(real)
    const names = readdirSync(folder).filter((name) => !name.startsWith('.') && name !== 'node_modules')
    for (const name of names.sort()) visitEntry(walk, join(folder, name), name, kind, [...above, real])
  } catch (error) {
    reportUnreadable(walk, folder, error)
  }
}

function visitEntry(walk: Walk, path: string, name: string, kind: DefinitionKind, above: readonly string[]): void {
  const isYaml = /\.ya?ml$/i.test(name)
  let stats: Stats
  try {
    stats = statSync(path)
  } catch (error) {
    // A dangling link may well be meant to be a file of checks; anything else that is no YAML is not ours.
    if (isYaml) reportUnreadable(walk, path, error)
    return
  }
  if (stats.isDirectory()) {
    const isTemplates = above.length === 1 && name === 'templates'
    visitFolder(walk, path, isTemplates ? 'template' : kind, above)
  } else if (isYaml) {
    const real = realpathSync(path)
    if (!walk.seen.has(real)) walk.files.push({ file: path, kind })
    walk.seen.add(real)
  }
}

function reportUnreadable(walk: Walk, path: string, error: unknown): void {
  const hint = 'check that it exists and that you may read it'
  report(walk, 'error', path, 'unreadable-file', `cannot be read: ${messageOf(error)}`, hint)
}

function report(
  walk: Walk,
  level: Diagnostic['level'],
  file: string,
  code: string,
  message: string,
  hint: string,
): void {
  walk.diagnostics.push({ level, code, message, hint, place: { file, line: 1, column: 1 } })
}
