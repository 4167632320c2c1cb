import { TableError, type TableRow } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { listFiles } from '../path-pattern.ts'
import { splitFields } from '../split-fields.ts'

/** sudo itself gives up beyond this. */
const DEEPEST_INCLUDE = 128

/** Rules of /etc/sudoers and of what it includes, in sudo's order. Needs root. */
export const sudoers: HostTable = {
  name: 'sudoers',
  generate: (_context, host) => readSudoers(host, '/etc/sudoers', 1),
}

function* readSudoers(host: Host, source: string, depth: number): Generator<TableRow> {
  if (depth > DEEPEST_INCLUDE) throw new TableError(`${source}: sudoers files include each other more than 128 deep`)
  for (const { header, details } of joinLines(host.read(source) ?? '')) {
    yield { source, header, rule_details: details }
    const [, directory] = /^[#@]include(dir)?$/.exec(header) ?? [undefined, null]
    if (directory === null) continue
    const target = details.startsWith('/') ? details : `${source.slice(0, source.lastIndexOf('/'))}/${details}`
    const files = directory === undefined ? [target] : listFiles(host, target).filter(isRead)
    for (const file of files) yield* readSudoers(host, file, depth + 1)
  }
}

/** sudo reads no file of a folder whose name has a dot or ends with a tilde (editors' and packages' leftovers). */
function isRead(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return !name.includes('.') && !name.endsWith('~')
}

function joinLines(text: string): { header: string; details: string }[] {
  const rules: { header: string; details: string }[] = []
  let unfinished: { header: string; details: string } | undefined
  for (const part of splitFields(text, '\n')) {
    const line = part.replace(/^[\t\v ]+|[\t\v ]+$/g, '')
    if (line === '') continue
    if (unfinished) {
      if (unfinished.details === '') unfinished.header = unfinished.header.slice(0, -1)
      unfinished.details = unfinished.details.slice(0, -1) + line
      if (!line.endsWith('\\')) unfinished = undefined
      continue
    }
    const [, header = '', details = ''] = /^([^\t\v ]+)[\t\v ]*(.*)$/s.exec(line) ?? []
    const includes = /^[#@]include(dir)?$/.test(header)
    if (includes ? details === '' : line.startsWith('#')) continue
    const rule = { header, details }
    rules.push(rule)
    if (!includes && line.endsWith('\\')) unfinished = rule
  }
  return rules
}
