import type { TableContext, TableRow } from '../sql/table.ts'

/** dpkg's fields (it ignores their case) and the columns that need them. */
const FIELDS: ReadonlyArray<readonly [field: string, columns: readonly string[]]> = [
  ['package', []],
  ['status', []],
  ['architecture', []],
  ['version', ['version', 'revision']],
  ['source', ['source']],
  ['installed-size', ['size']],
  ['maintainer', ['maintainer']],
  ['section', ['section']],
  ['priority', ['priority']],
]

type Fields = Map<string, string>

/**
 * Packages that are installed or left something behind, by name.
 * @param files the status file and then later changes of it
 */
export function parseDpkgStatus(files: readonly string[], context: TableContext): TableRow[] {
  const wanted = new Set<string>()
  for (const [field, columns] of FIELDS) {
    if (columns.length === 0 || columns.some((column) => context.uses(column))) wanted.add(field)
  }
  const packages = new Map<string, Fields>()
  for (const file of files) {
    for (const fields of parseStanzas(file, wanted)) {
      packages.set(`${fields.get('package')}\0${fields.get('architecture') ?? ''}`, fields)
    }
  }
  const rows: TableRow[] = []
  for (const key of [...packages.keys()].sort()) {
    const fields = packages.get(key)!
    if (!fields.get('status')?.endsWith(' not-installed')) rows.push(describePackage(fields))
  }
  return rows
}

/** One pass over the text, cutting out only the fields that are wanted: the file has many megabytes at times. */
function* parseStanzas(text: string, wanted: ReadonlySet<string>): Iterable<Fields> {
  let fields: Fields = new Map()
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf('\n', start)
    if (end === -1) end = text.length
    if (end === start) {
      if (fields.has('package')) yield fields
      fields = new Map()
    } else if (text.charCodeAt(start) > 0x20) {
      const colon = text.indexOf(':', start)
      const field = colon === -1 || colon > end ? '' : text.slice(start, colon).toLowerCase()
      if (wanted.has(field)) fields.set(field, text.slice(colon + 1, end).trim())
    }
    start = end + 1
  }
  if (fields.has('package')) yield fields
}

function describePackage(fields: Fields): TableRow {
  const version = (fields.get('version') ?? '').replace(/^0:/, '')
  const dash = version.lastIndexOf('-')
  return {
    name: fields.get('package'),
    version,
    source: fields.get('source') ?? '',
    size: fields.get('installed-size'),
    arch: fields.get('architecture') ?? '',
    revision: dash === -1 ? '' : version.slice(dash + 1),
    status: fields.get('status') ?? '',
    maintainer: fields.get('maintainer') ?? '',
    section: fields.get('section') ?? '',
    // libdpkg's word for none.
    priority: fields.get('priority')?.toLowerCase() ?? 'unknown',
  }
}
