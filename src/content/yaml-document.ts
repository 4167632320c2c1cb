import { parseEvents, YAMLException } from 'js-yaml'
import type { Diagnostic, Place } from '../core/check.ts'
import { messageOf } from '../core/errors.ts'
import { indexLines } from './line-index.ts'
import type { Members, Node } from './yaml-reader.ts'
import { readYamlTree, type YamlTree } from './yaml-tree.ts'

/** The way from a document's top to a value: keys of mappings, indexes of lists (from 0). */
export type Path = readonly (string | number)[]

export interface YamlDocument {
  /** Plain values; mappings have no prototype. Dates are text (YAML 1.2 core schema). */
  readonly value: unknown
  /** True when the document itself is wrong (a duplicate key, say), so that nothing may be built from it. */
  readonly broken: boolean
  /** Where the value at a path was written, or its key. The nearest known place when the path leads nowhere. */
  place(path: Path, on?: 'key' | 'value'): Place
  /** A scalar as it was written (`1.10`, where the value is the number 1.1); empty text when unknown. */
  source(path: Path): string
}

export interface YamlFile {
  readonly documents: readonly YamlDocument[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Deeper is no check: the deepest that makes sense is about fifteen. */
const MAX_DEPTH = 64

/**
 * Parses YAML 1.2 text, one or several documents. Never throws: what is wrong is in `diagnostics`. After a syntax
 * error there are no documents, since nothing behind it can be trusted.
 */
export function parseYaml(text: string, file: string): YamlFile {
  const lineOf = indexLines(text)
  const placeOf = (offset: number): Place => ({ file, ...lineOf(offset) })
  let trees: YamlTree[]
  try {
    trees = readYamlTree(text, parseEvents(text, { maxDepth: MAX_DEPTH }), MAX_DEPTH)
  } catch (error) {
    return { documents: [], diagnostics: [describeSyntaxError(error, placeOf)] }
  }
  const documents = trees.map((tree) => makeDocument(text, tree, placeOf))
  const diagnostics = trees.flatMap((tree) =>
    tree.faults.map(({ offset, code, message, hint }): Diagnostic => {
      return { level: 'error', code, message, hint, place: placeOf(offset) }
    }),
  )
  return { documents, diagnostics }
}

function makeDocument(text: string, tree: YamlTree, placeOf: (offset: number) => Place): YamlDocument {
  const find = makeFinder()
  return {
    value: tree.value,
    broken: tree.faults.length > 0,
    place(path, on = 'value') {
      const found = find(tree.root, path)
      return placeOf((on === 'key' ? found?.keyStart : found?.node.start) ?? tree.start)
    },
    source(path) {
      const node = find(tree.root, path)?.node
      return node === undefined ? '' : text.slice(node.start, node.end)
    },
  }
}

interface Found {
  readonly node: Node
  readonly keyStart: number
}

/** Finds what a path leads to, or the nearest that exists. Large mappings are indexed when first asked for. */
function makeFinder(): (root: Node | undefined, path: Path) => Found | undefined {
  const indexes = new Map<Members, ReadonlyMap<string, number>>()
  const positionOf = (members: Members, step: string | number): number => {
    if (typeof step === 'number') return step
    if (members.keys.length < 16) return members.keys.indexOf(step)
    let index = indexes.get(members)
    if (index === undefined) {
      index = new Map(members.keys.map((key, position) => [key, position]))
      indexes.set(members, index)
    }
    return index.get(step) ?? -1
  }
  return (root, path) => {
    if (root === undefined) return undefined
    let found: Found = { node: root, keyStart: root.start }
    for (const step of path) {
      const { members } = found.node
      const position = members === undefined ? -1 : positionOf(members, step)
      const node = members?.nodes[position]
      if (node === undefined) break
      found = { node, keyStart: members?.keyStarts[position] ?? node.start }
    }
    return found
  }
}

function describeSyntaxError(error: unknown, placeOf: (offset: number) => Place): Diagnostic {
  const offset = error instanceof YAMLException ? (error.mark?.position ?? 0) : 0
  const reason = error instanceof YAMLException ? error.reason : messageOf(error)
  const place = placeOf(offset)
  if (reason.startsWith('nesting exceeded')) {
    return {
      level: 'error',
      code: 'yaml-depth',
      message: `nested deeper than ${MAX_DEPTH} levels`,
      hint: 'put parts of the check into templates',
      place,
    }
  }
  const hint = hintSyntax(reason)
  return { level: 'error', code: 'yaml-syntax', message: `not valid YAML: ${reason}`, ...(hint && { hint }), place }
}

function hintSyntax(reason: string): string | undefined {
  if (reason.includes('tab characters')) return 'indent with spaces'
  if (reason.includes('null byte')) return 'is this a text file?'
  if (reason.includes('non-printable')) return 'remove the control character, or write it as an escape in double quotes'
  if (reason.includes('bad indentation of a mapping entry')) {
    return 'check the indentation; text that contains ": " or " #" must be in quotes or in a block after "|"'
  }
  if (reason.includes('within a flow collection') || reason.includes('missed comma')) {
    return 'inside [ ] and { } entries are parted by commas; text with a comma, ":" or a bracket must be in quotes'
  }
  if (reason.includes('quoted scalar')) return 'close the quotes'
  if (reason.includes('escape') || reason.includes('hexadecimal')) {
    return 'in double quotes a backslash starts an escape: write \\\\ or use single quotes'
  }
  return undefined
}
