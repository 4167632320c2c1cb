import { forJson, forTerminal } from './escape.ts'

/** What can be written as YAML. The keys of a mapping keep their order; absent values are left out. */
export type YamlValue = string | number | boolean | null | readonly YamlValue[] | YamlMapping
export interface YamlMapping {
  readonly [key: string]: YamlValue | undefined
}

const WIDTH = 110

/**
 * One document of YAML 1.2 that is read back as the same value, laid out for people: prose folded, SQL in blocks, short
 * lists and rows on one line. A mapping that is named twice is written once, with an anchor.
 */
export function formatYaml(value: YamlMapping): string {
  const lines = writeMapping(value, '', findShared(value))
  return lines.length === 0 ? '{}\n' : `${lines.join('\n')}\n`
}

/** Lines of comment, in front of a document. Nothing in the text can end the comment. */
export function formatYamlComment(lines: readonly string[]): string {
  return lines.map((line) => `# ${forTerminal(line)}`.trimEnd()).join('\n')
}

interface Anchor {
  readonly name: string
  used: boolean
}
type Shared = ReadonlyMap<object, Anchor>

function findShared(value: YamlMapping): Shared {
  const counts = new Map<object, number>()
  const visit = (each: YamlValue | undefined): void => {
    if (typeof each !== 'object' || each === null) return
    counts.set(each, (counts.get(each) ?? 0) + 1)
    if (counts.get(each) === 1) for (const inner of Object.values(each) as YamlValue[]) visit(inner)
  }
  visit(value)
  const shared = [...counts].filter(([, count]) => count > 1)
  return new Map(shared.map(([each], at) => [each, { name: at === 0 ? 'same' : `same${at + 1}`, used: false }]))
}

function writeMapping(mapping: YamlMapping, indent: string, shared: Shared): string[] {
  return Object.entries(mapping).flatMap(([key, value]) => {
    if (value === undefined) return []
    const [first = '', ...rest] = writeValue(value, indent, shared)
    return [`${indent}${writeScalar(key)}:${first === '' ? '' : ` ${first}`}`, ...rest]
  })
}

function writeList(list: readonly YamlValue[], indent: string, shared: Shared): string[] {
  return list.flatMap((member) => {
    // The first key of a mapping stands behind the dash.
    const inner = `${indent}  `
    const [first = '', ...rest] = writeValue(member, indent, shared)
    if (first !== '') return [`${indent}- ${first}`, ...rest]
    const [head = '', ...tail] = rest
    return [`${indent}- ${head.slice(inner.length)}`, ...tail]
  })
}

/** What stands behind the key or the dash, and the lines below it. */
function writeValue(value: YamlValue, indent: string, shared: Shared): string[] {
  if (typeof value === 'string') return writeText(value, `${indent}  `)
  if (typeof value !== 'object' || value === null) return [writeScalar(value)]
  const anchor = shared.get(value)
  if (anchor?.used) return [`*${anchor.name}`]
  if (anchor) anchor.used = true
  const mark = anchor ? `&${anchor.name}` : ''
  const flow = writeFlow(value)
  if (flow !== undefined && indent.length + flow.length < WIDTH) return [mark === '' ? flow : `${mark} ${flow}`]
  if (Array.isArray(value)) return [mark, ...writeList(value, `${indent}  `, shared)]
  return [mark, ...writeMapping(value as YamlMapping, `${indent}  `, shared)]
}

/** A list or mapping on one line, where it holds nothing but scalars. */
function writeFlow(value: readonly YamlValue[] | YamlMapping): string | undefined {
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  const isPlain = members.every(([, member]) => typeof member !== 'object' || member === null)
  const isShort = members.every(([, member]) => typeof member !== 'string' || !member.includes('\n'))
  if (Array.isArray(value) && value.every(isRow) && value.length === 1) return `[${writeFlow(value[0] as YamlMapping)}]`
  if (!isPlain || !isShort) return members.length === 0 ? '{}' : undefined
  const scalars = members.map(([key, member]) => [key, writeScalar(member as string)] as const)
  if (Array.isArray(value)) return `[${scalars.map(([, scalar]) => scalar).join(', ')}]`
  return members.length === 0
    ? '{}'
    : `{ ${scalars.map(([key, scalar]) => `${writeScalar(key)}: ${scalar}`).join(', ')} }`
}

function isRow(value: YamlValue): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && writeFlow(value) !== undefined
}

function writeText(text: string, indent: string): string[] {
  if (isBlock(text)) {
    const chomp = text.endsWith('\n') ? '|' : '|-'
    const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
    return [chomp, ...lines.map((line) => (line === '' ? '' : `${indent}${line}`))]
  }
  if (text.length > WIDTH - 20 && !/^\s|\s$|\s\s|[^\S ]/.test(text) && isPrintable(text)) {
    return ['>-', ...foldWords(text, WIDTH - indent.length).map((line) => `${indent}${line}`)]
  }
  return [writeScalar(text)]
}

/** Lines of at most `width` characters, where words are not longer: a folded block joins them with single spaces. */
function foldWords(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** Whether a literal block holds it to the letter. */
function isBlock(text: string): boolean {
  return /^\S[\s\S]*\n./.test(text) && !/\n\n$|\t/.test(text) && isPrintable(text)
}

function isPrintable(text: string): boolean {
  return forTerminal(text, { keepLines: true }) === text && !/[\ufe0e\ufe0f]/.test(text)
}

// Words that some reader of YAML takes for something else than text.
const WORD = /^(?:true|false|null|yes|no|on|off|y|n|~|nan|inf)$/i
const PLAIN = /^(?:\d+[smhdw]|[A-Za-z_/][A-Za-z0-9_./ @%+()=*<>;-]*)$/

function writeScalar(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return String(value)
  if (PLAIN.test(value) && !WORD.test(value) && !value.endsWith(' ')) return value
  if (value !== '' && isPrintable(value) && !/[\n\t]/.test(value) && value.includes('"')) {
    return `'${value.replaceAll("'", "''")}'`
  }
  // What is a backslash in text reads better in single quotes.
  if (value.includes('\\') && isPrintable(value) && !/[\n\t]/.test(value)) return `'${value.replaceAll("'", "''")}'`
  return forJson(value)
}
