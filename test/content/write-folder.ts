import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { Diagnostic } from '../../src/core/check.ts'

/** A new temporary folder with these files; the system clears it away. */
export function writeFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'content-'))
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
  return folder
}

/** Diagnostics as one reads them, with paths below `folder`. */
export function showDiagnostics(diagnostics: readonly Diagnostic[], folder: string): string[] {
  return diagnostics.map(({ level, message, hint, place }) => {
    const where = `${relative(folder, place.file) || '.'}:${place.line}:${place.column}`
    const tail = hint === undefined ? '' : ` | ${hint}`
    return `${where}: ${level === 'warning' ? 'warning: ' : ''}${message}${tail}`.replaceAll(folder, '<folder>')
  })
}
