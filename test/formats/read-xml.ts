export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: XmlElement[]
  text: string
}

const ALLOWED = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u
const TOKEN = /<\?xml[^?]*\?>|<(\/?)([A-Za-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+)/y

/** The root of an XML document without comments and CDATA; throws where it is not well formed. */
export function readXml(source: string): XmlElement {
  if (!ALLOWED.test(source)) throw new Error('a character that XML 1.0 forbids')
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const token = new RegExp(TOKEN)
  while (token.lastIndex < source.length) {
    const at = token.lastIndex
    const match = token.exec(source)
    if (!match) throw new Error(`not XML at ${at}: ${JSON.stringify(source.slice(at, at + 60))}`)
    const [, closing, name, attributes = '', empty, text] = match
    const parent = open.at(-1) as XmlElement
    if (text !== undefined) parent.text += decode(text)
    else if (closing && open.pop()?.name !== name) throw new Error(`</${name}> closes another element`)
    else if (name !== undefined && !closing) {
      const element: XmlElement = { name, attributes: readAttributes(attributes), children: [], text: '' }
      parent.children.push(element)
      if (!empty) open.push(element)
    }
  }
  if (open.length !== 1 || root.children.length !== 1 || root.text.trim() !== '') throw new Error('not one root')
  return root.children[0] as XmlElement
}

function readAttributes(source: string): Record<string, string> {
  const pairs = [...source.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, name, value]) => [name, decode(value as string)])
  const attributes = Object.fromEntries(pairs)
  if (Object.keys(attributes).length !== pairs.length) throw new Error(`an attribute stands twice: ${source}`)
  return attributes
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

function decode(text: string): string {
  if (text.includes(']]>')) throw new Error(']]> in text')
  return text.replace(/&(?:#(\d+);|([a-z]+);)?/g, (entity, code, name) => {
    if (code) return String.fromCodePoint(Number(code))
    if (NAMED[name] === undefined) throw new Error(`a bare ampersand: ${entity}`)
    return NAMED[name]
  })
}
