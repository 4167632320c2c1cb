import { type AliasEvent, EVENT_ID, type Event, type MappingEvent, type SequenceEvent } from 'js-yaml'
import { readAlias, readKey, readScalar, readTag } from './yaml-node.ts'
import { addFault, type Fault, type Frame, MAX_NODES, type Members, type Node, type Reader } from './yaml-reader.ts'

export interface YamlTree {
  readonly value: unknown
  /** Absent when the document is empty or was refused. */
  readonly root: Node | undefined
  /** An offset for what has no node. */
  readonly start: number
  readonly faults: readonly Fault[]
}

/** Builds plain values from js-yaml's events. Aliases share their target, but are counted as if it were copied. */
export function readYamlTree(text: string, events: readonly Event[], maxDepth: number): YamlTree[] {
  const trees: YamlTree[] = []
  let reader = startDocument(text, maxDepth, 0, false)
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) {
      const redefined = event.directives.some((directive) => directive.kind === 'tag')
      reader = startDocument(text, maxDepth, reader.offset, redefined)
    } else if (event.type === EVENT_ID.POP) {
      const frame = reader.stack.pop()
      if (frame) closeCollection(reader, frame)
      else trees.push(finishDocument(reader))
    } else {
      readEvent(reader, event)
    }
    if (reader.total > MAX_NODES) {
      const message = `more than ${MAX_NODES} values in one document`
      addFault(reader, reader.offset, 'yaml-size', message, 'split the file')
      return [...trees, finishDocument({ ...reader, root: undefined })]
    }
  }
  return trees
}

function startDocument(text: string, maxDepth: number, offset: number, tagsRedefined: boolean): Reader {
  const state = { stack: [], anchors: new Map(), faults: [], root: undefined, total: 0 }
  return { text, maxDepth, offset, tagsRedefined, ...state }
}

function finishDocument({ root, faults, offset }: Reader): YamlTree {
  return { value: root?.value ?? null, root, start: root?.start ?? offset, faults }
}

function readEvent(reader: Reader, event: Exclude<Event, { type: 1 } | { type: 6 }>): void {
  const frame = reader.stack.at(-1)
  const wantsKey = frame?.mapping !== undefined && frame.key === undefined
  if (event.type === EVENT_ID.SCALAR) {
    if (wantsKey) frame.key = readKey(reader, frame, event)
    else addNode(reader, readScalar(reader, event))
  } else if (event.type === EVENT_ID.ALIAS) {
    if (wantsKey) refuseKey(reader, frame, event)
    else addNode(reader, readAlias(reader, event))
  } else {
    openCollection(reader, event)
  }
}

function refuseKey(reader: Reader, frame: Frame, event: AliasEvent): void {
  addFault(reader, event.anchorStart - 1, 'yaml-key', 'a key cannot be an alias', 'write the key out')
  frame.key = { text: undefined, start: event.anchorStart - 1 }
}

function openCollection(reader: Reader, event: SequenceEvent | MappingEvent): void {
  reader.offset = event.start
  const isList = event.type === EVENT_ID.SEQUENCE
  readTag(reader, event, isList ? ['!!seq'] : ['!!map'])
  const anchor = event.anchorStart < 0 ? undefined : reader.text.slice(event.anchorStart, event.anchorEnd)
  if (anchor !== undefined) reader.anchors.set(anchor, 'open')
  const container = isList ? { list: [] } : { mapping: { __proto__: null } as Record<string, unknown> }
  const members: Members = { nodes: [], keys: [], keyStarts: [] }
  const counts = { size: 1, height: 1, aliases: 0 }
  reader.stack.push({ ...container, members, start: event.start, anchor, key: undefined, ...counts })
}

function closeCollection(reader: Reader, frame: Frame): void {
  const { start, members, size, height, aliases } = frame
  const node: Node = { value: frame.list ?? frame.mapping, start, end: start, members, size, height, aliases }
  if (frame.anchor !== undefined) reader.anchors.set(frame.anchor, node)
  // Its members were counted as they came.
  reader.total -= size - 1
  addNode(reader, node)
}

function addNode(reader: Reader, node: Node): void {
  reader.total += node.size
  const frame = reader.stack.at(-1)
  if (frame === undefined) {
    reader.root = node
    return
  }
  frame.size += node.size
  frame.height = Math.max(frame.height, node.height + 1)
  frame.aliases = Math.max(frame.aliases, node.aliases)
  if (frame.list) {
    frame.members.nodes.push(node)
    frame.list.push(node.value)
  } else if (frame.key === undefined) {
    addFault(reader, node.start, 'yaml-key', 'a key cannot be a list or a mapping', 'write a plain word before the ":"')
    frame.key = { text: undefined, start: node.start }
  } else {
    const { text, start } = frame.key
    frame.key = undefined
    if (text === undefined || frame.mapping === undefined) return
    frame.mapping[text] = node.value
    frame.members.nodes.push(node)
    frame.members.keys.push(text)
    frame.members.keyStarts.push(start)
  }
}
