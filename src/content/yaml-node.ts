import {
  type AliasEvent,
  getScalarValue,
  type MappingEvent,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml'
import { shorten } from './words.ts'
import { addFault, type Frame, MAX_NODES, type Node, type Reader } from './yaml-reader.ts'
import { resolveScalar, SCALAR_TAGS } from './yaml-scalar.ts'

/** An alias whose target holds aliases whose targets hold aliases: nobody can read that. */
const MAX_ALIAS_DEPTH = 8

export function readScalar(reader: Reader, event: ScalarEvent): Node {
  const { text } = reader
  const { start, end } = findExtent(reader, event)
  reader.offset = end
  const tag = readTag(reader, event, SCALAR_TAGS)
  const resolved = resolveScalar(getScalarValue(text, event), event.style === SCALAR_STYLE.PLAIN, tag)
  if (resolved.fault) addFault(reader, start, 'yaml-value', resolved.fault.message, resolved.fault.hint)
  const node: Node = { value: resolved.value, start, end, members: undefined, size: 1, height: 0, aliases: 0 }
  if (event.anchorStart >= 0) reader.anchors.set(text.slice(event.anchorStart, event.anchorEnd), node)
  return node
}

/** Keys are their text, whatever they look like: `1:` and `"1":` are the same key. */
export function readKey(reader: Reader, frame: Frame, event: ScalarEvent): { text: string | undefined; start: number } {
  const { start, end } = findExtent(reader, event)
  reader.offset = end
  readTag(reader, event, SCALAR_TAGS)
  const key = getScalarValue(reader.text, event)
  const quoted = `"${shorten(key)}"`
  if (event.style === SCALAR_STYLE.PLAIN && key === '<<') {
    addFault(reader, start, 'yaml-merge', 'merge keys (<<) are not supported', 'write the keys out, or use a template')
    return { text: undefined, start }
  }
  if (frame.mapping !== undefined && key in frame.mapping) {
    addFault(reader, start, 'duplicate-key', `duplicate key ${quoted}`, 'remove one of the two')
    return { text: undefined, start }
  }
  if (event.anchorStart >= 0) {
    const node: Node = { value: key, start, end, members: undefined, size: 1, height: 0, aliases: 0 }
    reader.anchors.set(reader.text.slice(event.anchorStart, event.anchorEnd), node)
  }
  return { text: key, start }
}

export function readAlias(reader: Reader, event: AliasEvent): Node {
  const start = event.anchorStart - 1
  const end = event.anchorEnd
  reader.offset = end
  const name = reader.text.slice(event.anchorStart, end)
  const shown = `*${shorten(name)}`
  const target = reader.anchors.get(name)
  const refuse = (message: string, hint = 'use a template'): Node => {
    addFault(reader, start, 'yaml-alias', message, hint)
    return { value: null, start, end, members: undefined, size: 1, height: 0, aliases: 0 }
  }
  if (target === undefined) {
    return refuse(
      `alias ${shown} has no anchor above it`,
      `write &${shorten(name)} in front of the value that is meant`,
    )
  }
  if (target === 'open') return refuse(`alias ${shown} contains itself`, 'write the value out')
  if (target.aliases >= MAX_ALIAS_DEPTH) return refuse(`aliases within aliases, more than ${MAX_ALIAS_DEPTH} deep`)
  if (reader.total + target.size > MAX_NODES) return refuse(`aliases expand to more than ${MAX_NODES} values`)
  if (reader.stack.length + target.height > reader.maxDepth) {
    return refuse(`alias ${shown} makes the document deeper than ${reader.maxDepth} levels`)
  }
  return { ...target, start, end, aliases: target.aliases + 1 }
}

/** The tag as written, if it is one of those allowed; a fault otherwise. */
export function readTag(
  reader: Reader,
  event: ScalarEvent | SequenceEvent | MappingEvent,
  allowed: readonly string[],
): string | undefined {
  if (event.tagStart < 0) return undefined
  const tag = reader.text.slice(event.tagStart, event.tagEnd)
  if (!reader.tagsRedefined && allowed.includes(tag)) return tag
  addFault(reader, event.tagStart, 'yaml-tag', `tag ${shorten(tag)} is not supported here`, 'remove the tag')
  return undefined
}

function findExtent(reader: Reader, event: ScalarEvent): { start: number; end: number } {
  if (event.valueStart < 0) {
    // Nothing is written: what can be pointed at is its key.
    const start = reader.stack.at(-1)?.key?.start ?? reader.offset
    return { start, end: start }
  }
  const { style } = event
  if (style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED) {
    return { start: event.valueStart - 1, end: event.valueEnd + 1 }
  }
  let start = event.valueStart
  if (style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK) {
    while (start < event.valueEnd && /\s/.test(reader.text.charAt(start))) start++
  }
  return { start, end: event.valueEnd }
}
