import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolder } from './run-checks.ts'

/** A new folder with these files. */
export function writeFiles(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = makeFolder()
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
  return folder
}

/** Checks for Linux of one SQL statement each, by id, with more lines where needed; and the flags to use only them. */
export function writeChecks(statements: Readonly<Record<string, string>>, more = ''): string[] {
  return onlyChecks({
    'checks.yaml': Object.entries(statements)
      .map(([id, sql]) => writeCheck(id, sql, more))
      .join('---\n'),
  })
}

/** The flags to use only the checks of these files. */
export function onlyChecks(files: Readonly<Record<string, string | Uint8Array>>): string[] {
  return ['--no-library', '--checks', writeFiles(files)]
}

export function writeCheck(id: string, sql: string, more = ''): string {
  return `id: ${id}
title: About ${id}
severity: high
${more}platforms:
  linux:
    sql: ${JSON.stringify(sql)}
`
}
