import { TableError, type TableRow } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { joinPamLines } from '../pam-lines.ts'
import { listFiles } from '../path-pattern.ts'

/** Where services are looked for, in PAM's order: a file in /etc takes the place of what the distribution ships. */
const FOLDERS = ['/etc/pam.d', '/usr/etc/pam.d', '/usr/lib/pam.d']
/** Read only where none of the folders is there. */
const SINGLE_FILE = '/etc/pam.conf'

/** PAM itself goes no deeper. */
const DEEPEST_INCLUDE = 32

/** What editors and packages leave beside a file; no program asks PAM for such a service. */
const LEFT_OVER = /~$|\.(?:bak|dpkg-\w+|orig|rpm(?:new|save|orig)|ucf-\w+)$/

/** The rules of PAM's services. */
export const pamRules: HostTable = {
  name: 'pam_rules',
  *generate(context, host) {
    const asked = new Set(context.equals('service'))
    const isAsked = (service: string) => asked.size === 0 || asked.has(service)
    if (!FOLDERS.some((folder) => host.stat(folder))) {
      for (const { text, line } of joinPamLines(host.read(SINGLE_FILE) ?? '')) {
        const [, service = '', rule = ''] = /^(\S+)\s+(.*)$/.exec(text) ?? []
        if (isAsked(service.toLowerCase()))
          yield* follow(host, service.toLowerCase(), [{ text: rule, line }], SINGLE_FILE, '', 1)
      }
      return
    }
    const names = FOLDERS.flatMap((folder) => listFiles(host, folder)).map((path) =>
      path.slice(path.lastIndexOf('/') + 1),
    )
    for (const service of new Set(names.sort())) {
      // A link that leads nowhere is no service.
      const isThere = FOLDERS.some((folder) => host.stat(`${folder}/${service}`))
      if (isThere && !LEFT_OVER.test(service) && isAsked(service)) yield* readService(host, service, service, '', 1)
    }
  },
}

/** The rules of a file, as parts of a service's stack; only those of one type where one is given. */
function* readService(host: Host, service: string, name: string, type: string, depth: number): Generator<TableRow> {
  const paths = name.startsWith('/') ? [name] : FOLDERS.map((folder) => `${folder}/${name}`)
  const path = paths.find((file) => host.stat(file))
  if (path === undefined) throw new TableError(`the PAM service ${service} includes ${name}, which is not there`)
  if (depth > DEEPEST_INCLUDE)
    throw new TableError(`${path}: files of PAM include each other more than ${DEEPEST_INCLUDE} deep`)
  yield* follow(host, service, joinPamLines(host.read(path) ?? ''), path, type, depth)
}

function* follow(
  host: Host,
  service: string,
  lines: readonly { readonly text: string; readonly line: number }[],
  path: string,
  only: string,
  depth: number,
): Generator<TableRow> {
  for (const { text, line } of lines) {
    const included = /^@include\s+(\S+)/i.exec(text)?.[1]
    if (included !== undefined) {
      yield* readService(host, service, included, only, depth + 1)
      continue
    }
    const [, dash, word = '', control = '', module = '', rest = ''] =
      /^(-?)(\w+)\s+(\[[^\]]*\]|\S+)\s+(\[[^\]]*\]|\S+)\s*(.*)$/.exec(text) ?? []
    if (word === '') throw new TableError(`cannot understand ${path}:${line}: ${text}`)
    const type = word.toLowerCase()
    if (only !== '' && type !== only) continue
    const kind = control.startsWith('[')
      ? control.replace(/\s+/g, ' ').replace(/^\[ | \]$/g, (end) => end.trim())
      : control.toLowerCase()
    if (kind !== 'include') {
      yield {
        service,
        type,
        control: kind,
        module,
        arguments: rest.replace(/\s+/g, ' '),
        silent: dash ? 1 : 0,
        path,
        line,
      }
    }
    if (kind === 'include' || kind === 'substack') yield* readService(host, service, module, type, depth + 1)
  }
}
