/** A node of Augeas's tree. */
export interface AugeasNode {
  /** The whole path, indexed where siblings share the label, with the characters escaped that Augeas escapes. */
  readonly path: string
  readonly label: string
  readonly value: string | undefined
}

interface OpenNode {
  readonly label: string
  /** Where the parent's path ends; undefined until the siblings are counted. */
  readonly root: string | undefined
  value: string | undefined
  readonly children: OpenNode[]
}

const TOKEN = /<(\/?)(augeas|node|value)\b([^>]*?)(\/?)>([^<]*)/g

/**
 * Reads the elements that augtool's `dump-xml` printed, each as its nodes in the document's order. Siblings with one
 * label get an index, as Augeas itself writes paths.
 */
export function* readAugeasXml(xml: string): Generator<AugeasNode[]> {
  let stack: OpenNode[] = []
  for (const [, closing, tag, attributes = '', empty, text = ''] of xml.matchAll(TOKEN)) {
    if (tag === 'value') {
      const node = stack.at(-1)
      if (node && !closing) node.value = unescapeXml(text)
    } else if (tag === 'augeas') {
      const [document] = stack
      if (closing && document) yield document.children.flatMap((node) => listNodes(node, node.root ?? ''))
      if (!closing && empty) yield []
      stack = [{ label: '', root: undefined, value: undefined, children: [] }]
    } else if (closing) {
      stack.pop()
    } else {
      const node = openNode(attributes)
      stack.at(-1)?.children.push(node)
      if (!empty) stack.push(node)
    }
  }
}

/** Splits what `match` printed: `path = value` for each node, where a value may have several lines. */
export function readAugeasMatches(text: string, valueAt: (path: string) => string | undefined): string[] {
  const paths: string[] = []
  let rest = text
  while (rest.startsWith('/')) {
    const path = /^(?:\\.|[^\\\n ]| (?!= ))*/s.exec(rest)?.[0] ?? ''
    paths.push(path)
    const end = path.length + ' = '.length + (valueAt(path) ?? '(none)').length
    const line = rest.indexOf('\n', end)
    rest = line < 0 ? '' : rest.slice(line + 1)
  }
  return paths
}

function openNode(attributes: string): OpenNode {
  const label = unescapeXml(/\blabel="([^"]*)"/.exec(attributes)?.[1] ?? '')
  const path = /\bpath="([^"]*)"/.exec(attributes)?.[1]
  return { label, root: path === undefined ? undefined : unescapeXml(path), value: undefined, children: [] }
}

function listNodes(node: OpenNode, path: string): AugeasNode[] {
  const counts = new Map<string, number>()
  for (const { label } of node.children) counts.set(label, (counts.get(label) ?? 0) + 1)
  const used = new Map<string, number>()
  const nodes: AugeasNode[] = [{ path, label: node.label, value: node.value }]
  for (const child of node.children) {
    const index = (used.get(child.label) ?? 0) + 1
    used.set(child.label, index)
    const name = escapeLabel(child.label) + ((counts.get(child.label) ?? 0) > 1 ? `[${index}]` : '')
    for (const below of listNodes(child, `${path}/${name}`)) nodes.push(below)
  }
  return nodes
}

/** How Augeas writes a label within a path. */
function escapeLabel(label: string): string {
  return label.replace(/[\][|/=()!,\\\s]/g, '\\$&')
}

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
    if (decimal) return String.fromCodePoint(Number(decimal))
    return { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }[name as string] ?? whole
  })
}
