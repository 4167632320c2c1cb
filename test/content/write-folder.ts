import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll } from 'vitest'
import type { Diagnostic } from '../../src/core/check.ts'

const root = mkdtempSync(join(tmpdir(), 'content-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A new temporary folder with these files, removed after the tests of the file. */
export function writeFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(root, 'f-'))
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
