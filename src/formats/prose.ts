/** A piece of a line of Markdown. */
export interface Inline {
  readonly kind: 'text' | 'code' | 'strong' | 'link'
  readonly text: string
  /** Where a link leads. */
  readonly url?: string
}

/** A block of the Markdown that `why` and `fix` are written in; what else Markdown knows is read as paragraphs. */
export type ProseBlock =
  | { readonly kind: 'paragraph'; readonly inlines: readonly Inline[] }
  /** A list's item: its mark is `-` or `1.`, its depth counts from 0. */
  | { readonly kind: 'item'; readonly mark: string; readonly depth: number; readonly inlines: readonly Inline[] }
  | { readonly kind: 'code'; readonly lines: readonly string[] }

interface OpenBlock {
  readonly kind: 'paragraph' | 'item'
  readonly mark: string
  readonly depth: number
  readonly text: string[]
}

interface CodeLines {
  readonly lines: readonly string[]
  readonly end: number
}

/** Reads just enough of Markdown that each format can write it anew, safely, in its own way. */
export function parseProse(markdown: string): ProseBlock[] {
  const blocks: ProseBlock[] = []
  let open: OpenBlock | undefined
  const close = (): void => {
    if (open) blocks.push(closeBlock(open, blocks.at(-1)))
    open = undefined
  }
  const lines = markdown.split(/\r\n|\r|\n/)
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as string
    const fence = /^(\s*)(`{3,}|~{3,})[^`]*$/.exec(line)
    const item = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/.exec(line)
    if (fence) {
      close()
      const code = readFence(lines, index + 1, fence[1] as string, fence[2] as string)
      blocks.push({ kind: 'code', lines: code.lines })
      index = code.end
    } else if (item) {
      close()
      const [, indent = '', mark = '', text = ''] = item
      const ordered = /^\d/.test(mark)
      open = {
        kind: 'item',
        mark: ordered ? `${Number.parseInt(mark, 10)}.` : '-',
        depth: indent.length >> 1,
        text: [text],
      }
    } else if (line.trim() === '') {
      close()
    } else {
      if (/^\s*#{1,6}\s/.test(line)) close()
      open ??= { kind: 'paragraph', mark: '', depth: 0, text: [] }
      open.text.push(line.replace(/^\s*(?:#{1,6}\s+|>\s?)?/, ''))
      if (/^\s*#{1,6}\s/.test(line)) close()
    }
  }
  close()
  return blocks
}

/** An item is at most one level deeper than the block before it, however far it was indented. */
function closeBlock({ kind, mark, depth, text }: OpenBlock, before: ProseBlock | undefined): ProseBlock {
  const inlines = parseInlines(text.join(' '))
  if (kind === 'paragraph') return { kind, inlines }
  const deepest = before?.kind === 'item' ? Math.min(before.depth + 1, 3) : 0
  return { kind, mark, depth: Math.min(depth, deepest), inlines }
}

/** The lines from `start` to the fence that closes this one, and where that stands (or the end). */
function readFence(lines: readonly string[], start: number, indent: string, fence: string): CodeLines {
  let end = start
  while (end < lines.length && !closesFence(lines[end] as string, fence)) end++
  const unindented = lines
    .slice(start, end)
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()))
  return { lines: unindented, end }
}

function closesFence(line: string, fence: string): boolean {
  const mark = line.trim()
  return mark.length >= fence.length && mark === (fence[0] as string).repeat(mark.length)
}

// Every repetition is bounded, so that no text makes the expression slow.
const INLINE = new RegExp(
  [
    /(?<!`)(?<fence>`{1,9})(?!`)(?<code>.{1,1000}?)(?<!`)\k<fence>(?!`)/,
    /\[(?<label>[^[\]]{1,500})\]\((?<url>[^()\s]{1,1000})\)/,
    /<(?<address>https?:\/\/[^<>\s]{1,1000})>/,
    /\*\*(?<strong>[^*`]{1,500})\*\*/,
    /(?<!\w)(?<mark>[*_])(?=\S)(?<stressed>[^*_`]{1,500})(?<=\S)\k<mark>(?!\w)/,
    /\\(?<escaped>[!-/:-@[-`{-~])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

function parseInlines(text: string): Inline[] {
  const inlines: Inline[] = []
  const add = (inline: Inline): void => {
    const last = inlines.at(-1)
    if (inline.text === '') return
    if (inline.kind === 'text' && last?.kind === 'text')
      inlines.splice(-1, 1, { kind: 'text', text: last.text + inline.text })
    else inlines.push(inline)
  }
  let end = 0
  for (const match of text.matchAll(INLINE)) {
    add({ kind: 'text', text: text.slice(end, match.index) })
    add(readInline(match.groups as Readonly<Record<string, string | undefined>>))
    end = match.index + match[0].length
  }
  add({ kind: 'text', text: text.slice(end) })
  return inlines
}

function readInline(groups: Readonly<Record<string, string | undefined>>): Inline {
  const { code, label, url, address, strong, stressed, escaped } = groups
  if (code !== undefined) return { kind: 'code', text: code.replace(/^ (.*\S.*) $/, '$1') }
  if (label !== undefined && url !== undefined) return { kind: 'link', text: label, url }
  if (address !== undefined) return { kind: 'link', text: address, url: address }
  if (strong !== undefined) return { kind: 'strong', text: strong }
  return { kind: 'text', text: stressed ?? escaped ?? '' }
}
