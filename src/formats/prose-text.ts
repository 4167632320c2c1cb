import { forMarkdown, forMarkdownBlock, forMarkdownCode } from './escape.ts'
import { type Inline, type ProseBlock, parseProse } from './prose.ts'

/** A line of prose as plain text: code keeps its backticks, a link is followed by its address. Not escaped. */
export function proseLine(inlines: readonly Inline[]): string {
  return inlines.map(plainInline).join('')
}

function plainInline({ kind, text, url }: Inline): string {
  if (kind === 'code') return `\`${text}\``
  return kind === 'link' && url !== undefined && url !== text ? `${text} (${url})` : text
}

/** Prose as plain lines, such as stand in an XML report. Not escaped. */
export function plainProse(markdown: string): string[] {
  return parseProse(markdown).flatMap((block) => {
    if (block.kind === 'code') return block.lines.map((line) => `    ${line}`)
    const line = proseLine(block.inlines)
    return block.kind === 'item' ? `${'  '.repeat(block.depth)}${block.mark} ${line}` : line
  })
}

/** Prose written anew as Markdown in which nothing can reach beyond its own block. */
export function safeMarkdown(markdown: string): string {
  let text = ''
  let before: ProseBlock['kind'] | undefined
  for (const block of parseProse(markdown)) {
    if (before !== undefined) text += before === 'item' && block.kind === 'item' ? '\n' : '\n\n'
    text += markdownBlock(block)
    before = block.kind
  }
  return text
}

function markdownBlock(block: ProseBlock): string {
  if (block.kind === 'code') return forMarkdownBlock(block.lines)
  const line = markdownLine(block.inlines)
  return block.kind === 'item' ? `${'   '.repeat(block.depth)}${block.mark} ${line}` : line
}

/** Spaces at the ends of a piece belong to the line, which `forMarkdown` would take away. */
function markdownLine(inlines: readonly Inline[]): string {
  const pieces = inlines.map((inline) => {
    const [, before = '', text = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(inline.text) ?? []
    return (before && ' ') + markdownInline({ ...inline, text }) + (after && ' ')
  })
  return pieces.join('').trim()
}

function markdownInline({ kind, text, url }: Inline): string {
  if (kind === 'code') return forMarkdownCode(text)
  if (kind === 'strong' && text !== '') return `**${forMarkdown(text)}**`
  if (kind === 'link' && url !== undefined && /^https?:\/\/[\w./?&=%:#+,;~-]+$/.test(url)) {
    return url === text ? `<${url}>` : `[${forMarkdown(text)}](${url})`
  }
  return forMarkdown(kind === 'link' && url !== text ? `${text} (${url})` : text)
}
