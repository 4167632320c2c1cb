import type { TableRow } from '../../sql/table.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { type AptSource, parseAptLine, parseAptParagraph } from '../parse-apt-source.ts'
import { refuseNamespaces } from '../refuse-namespaces.ts'

const LISTS = '/var/lib/apt/lists'

const COLUMNS: Readonly<Record<string, string>> = {
  Codename: 'release',
  Version: 'version',
  Origin: 'maintainer',
  Components: 'components',
  Architectures: 'architectures',
}

/** Sources whose Release file apt has downloaded: osquery leaves out the others, though they are configured. */
export const aptSources: HostTable = {
  name: 'apt_sources',
  *generate(context, host) {
    refuseNamespaces(context, 'apt_sources')
    const lists = host.list(LISTS) ?? []
    for (const [file, source] of listSources(host)) {
      const release = lists.find((name) => name.startsWith(`${source.listName}_`) && name.endsWith('Release'))
      if (release === undefined) continue
      yield {
        name: source.name,
        source: file,
        base_uri: source.baseUri,
        ...parseRelease(host.readRequired(`${LISTS}/${release}`)),
        pid_with_namespace: 0,
      }
    }
  },
}

function* listSources(host: Host): Iterable<[file: string, source: AptSource]> {
  const folder = '/etc/apt/sources.list.d'
  const names = host.list(folder)?.filter((name) => !name.startsWith('.')) ?? []
  const oneLine = names.filter((name) => name.endsWith('.list')).map((name) => `${folder}/${name}`)
  for (const file of ['/etc/apt/sources.list', ...oneLine]) {
    for (const line of (host.read(file) ?? '').split('\n')) {
      const source = parseAptLine(line)
      if (source) yield [file, source]
    }
  }
  for (const name of names.filter((candidate) => candidate.endsWith('.sources'))) {
    const file = `${folder}/${name}`
    for (const paragraph of (host.read(file) ?? '').split('\n\n')) {
      for (const source of parseAptParagraph(paragraph)) yield [file, source]
    }
  }
}

function parseRelease(text: string): TableRow {
  const row: Record<string, string> = {}
  for (const line of text.split('\n')) {
    if (line === '-----BEGIN PGP SIGNATURE-----') break
    const [key, value, ...rest] = line.split(':').filter((part) => part !== '')
    const column = COLUMNS[key?.trim() ?? '']
    if (column && value !== undefined && rest.length === 0) row[column] = value.trim()
  }
  return row
}
