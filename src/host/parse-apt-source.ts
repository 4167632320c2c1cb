/** One address and suite that apt takes packages from. */
export interface AptSource {
  /** The address without its protocol, and the suite. */
  readonly name: string
  readonly baseUri: string
  /** How the names of its downloaded files begin. */
  readonly listName: string
}

/** A line of sources.list; undefined when it names no binary packages. */
export function parseAptLine(line: string): AptSource | undefined {
  const [, rest] = /(?:^|\s)deb\s+(.*)$/.exec(line.replace(/#.*/, '')) ?? []
  // Options such as [arch=amd64 signed-by=…] come before the address.
  const [uri, suite] =
    rest
      ?.replace(/^\[[^\]]*\]/, '')
      .trim()
      .split(/\s+/) ?? []
  return uri?.includes('://') && suite ? createSource(uri, suite) : undefined
}

/** A paragraph of a .sources file: every address with every suite. */
export function parseAptParagraph(paragraph: string): AptSource[] {
  const fields = new Map<string, string[]>()
  for (const line of paragraph.split('\n')) {
    const [, key, value] = /^([^:#\s]+):\s*([^#]*)/.exec(line) ?? []
    if (key && value) fields.set(key.toLowerCase(), value.trim().split(/\s+/))
  }
  const isOff = /^(no|false|without|off|disable|0)$/i.test(fields.get('enabled')?.[0] ?? 'yes')
  if (isOff || fields.get('types')?.includes('deb') === false) return []
  const uris = fields.get('uris')?.filter((uri) => uri.includes('://')) ?? []
  return uris.flatMap((uri) => fields.get('suites')?.map((suite) => createSource(uri, suite)) ?? [])
}

function createSource(uri: string, suite: string): AptSource {
  const baseUri = uri.replace(/\/+$/, '')
  const place = baseUri.slice(baseUri.indexOf('://') + 3)
  const parts = suite.split('/').filter((part) => part !== '')
  // A suite with a slash in it is a folder of its own, outside dists/.
  const listName = [place, ...(parts.length > 1 ? parts : ['dists', ...parts])].join('_').replaceAll('/', '_')
  return { name: `${place} ${suite}`, baseUri, listName }
}
