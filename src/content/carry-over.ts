import type { Place } from '../core/check.ts'
import type { Renumbering } from './load-renumbering.ts'
import { isMapping } from './words.ts'
import { type Path, parseYaml, type YamlDocument } from './yaml-document.ts'

export interface CarryOver {
  /** References: of the framework that a file speaks of, and of the one that takes its place. */
  readonly from: string
  readonly to: string
  readonly renumbering: Renumbering
  /** Ids that the new framework has; an id that the renumbering leaves out stays what it is, where it is there. */
  readonly known: ReadonlySet<string>
}

export interface CarriedText {
  readonly text: string
  /** How many ids were carried over. */
  readonly carried: number
  /** What is left as it was written, and why: nothing is dropped without a word. */
  readonly lost: readonly { readonly id: string; readonly why: string; readonly place: Place }[]
}

interface Edit {
  readonly place: Place
  readonly before: string
  /** Undefined: the item goes, with its line where it has one to itself. */
  readonly after: string | undefined
}

/**
 * Rewrites what a YAML file (a profile, attestations, waivers) says of a framework: under each `framework: FROM`, the
 * reference itself, the ids in `requirements` and the one in `requirement`. All else stays as it was written, comments
 * too. With `inherited`, the file speaks of FROM without saying so, as a profile does by what it extends.
 */
export function carryOver(text: string, file: string, options: CarryOver, inherited = false): CarriedText {
  // By place: what an alias repeats is written once.
  const edits = new Map<string, Edit>()
  const lost: CarriedText['lost'][number][] = []
  let carried = 0
  const visit = (document: YamlDocument, value: unknown, path: Path, meant: boolean): void => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(document, item, [...path, index], meant)
      return
    }
    if (!isMapping(value)) return
    const speaks = typeof value.framework === 'string' ? value.framework === options.from : meant
    if (speaks && typeof value.framework === 'string') edit(document, [...path, 'framework'], options.to)
    if (speaks && typeof value.requirement === 'string') carry(document, [value.requirement], [...path, 'requirement'])
    if (speaks && Array.isArray(value.requirements)) carry(document, value.requirements, [...path, 'requirements'])
    for (const [key, inner] of Object.entries(value)) visit(document, inner, [...path, key], speaks)
  }
  const edit = (document: YamlDocument, path: Path, after: string | undefined) => {
    const place = document.place(path)
    edits.set(`${place.line}:${place.column}`, { place, before: document.source(path), after })
  }
  const carry = (document: YamlDocument, ids: readonly unknown[], path: Path) => {
    const isList = path.at(-1) === 'requirements'
    const seen = new Set<string>()
    for (const [index, id] of ids.entries()) {
      if (typeof id !== 'string') continue
      const inner = isList ? [...path, index] : path
      const found = options.renumbering.get(id) ?? (options.known.has(id) ? [id] : undefined)
      const why = explainLoss(found, isList)
      if (why !== undefined) {
        lost.push({ id, why, place: document.place(inner) })
        continue
      }
      const fresh = found?.filter((each) => !seen.has(each)) ?? []
      for (const each of fresh) seen.add(each)
      edit(document, inner, fresh.length === 0 ? undefined : joinIds(fresh, text, document.place(inner)))
      carried++
    }
  }
  for (const document of parseYaml(text, file).documents) visit(document, document.value, [], inherited)
  return { text: applyEdits(text, [...edits.values()]), carried, lost }
}

function explainLoss(found: readonly string[] | undefined, isList: boolean): string | undefined {
  if (found === undefined)
    return 'the new framework has no requirement of this id, and the renumbering says nothing of it'
  if (found.length === 0) return 'it is gone without a successor'
  return found.length > 1 && !isList ? `it became several: ${found.join(', ')}` : undefined
}

/** Several ids where one stood: on lines of their own in a block, behind commas between brackets. */
function joinIds(ids: readonly string[], text: string, { line, column }: Place): string {
  const before = (text.split('\n')[line - 1] ?? '').slice(0, column - 1)
  const quoted = ids.map((id) => (/^[\d.]+$/.test(id) ? JSON.stringify(id) : id))
  return quoted.join(/^\s*-\s+$/.test(before) ? `\n${before}` : ', ')
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  const lines = text.split('\n')
  const backwards = [...edits].sort(({ place: a }, { place: b }) => b.line - a.line || b.column - a.column)
  for (const { place, before, after } of backwards) {
    const line = lines[place.line - 1] ?? ''
    const head = line.slice(0, place.column - 1)
    const tail = line.slice(place.column - 1 + before.length)
    if (after !== undefined) lines[place.line - 1] = head + after + tail
    else if (/^\s*-\s+$/.test(head)) lines.splice(place.line - 1, 1)
    else lines[place.line - 1] = head.replace(/,\s*$/, '') + (/,\s*$/.test(head) ? tail : tail.replace(/^\s*,\s*/, ''))
  }
  return lines.join('\n')
}
