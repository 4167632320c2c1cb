import { forTerminal } from './escape.ts'
import type { ExportedStatement } from './exported-statement.ts'

/** A file of SQL with a heading: to be pasted into osqueryi, or run by whatever runs osquery. */
export function formatSqlFile({ check, title, severity, platform, version, why, sql }: ExportedStatement): string {
  const heading = [
    `${check} on ${platform}, version ${version}, severity ${severity}`,
    title,
    ...(why === undefined ? [] : ['', ...why.trim().split('\n')]),
    '',
    'It answers one row: verdict is pass, warn, fail, error or not_applicable; leaves tells of each clause, as JSON.',
  ]
  return `${heading.map((line) => `-- ${forTerminal(line)}`.trimEnd()).join('\n')}\n${sql};\n`
}
