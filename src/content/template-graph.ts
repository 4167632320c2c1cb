import { PLATFORMS, type Platform } from '../core/check.ts'
import { type Definition, isSound } from './definition.ts'
import { listClauses } from './walk-clauses.ts'
import { quote } from './words.ts'
import type { Path } from './yaml-document.ts'

/** A check or a template that is larger than this, with its templates written out, is refused. */
export const MAX_CLAUSES = 1000
const MAX_TEMPLATE_DEPTH = 16

export type Templates = ReadonlyMap<string, Definition>

export interface TemplateGraph {
  /** Templates in a circle, above one, or grown too large. */
  readonly unusable: ReadonlySet<Definition>
  /** How many clauses a definition has on a platform, with the templates it uses written out. */
  measure(definition: Definition, platform: Platform): number
}

interface Use {
  readonly name: string
  readonly path: Path
}

type Vertices = ReadonlyMap<string, Vertex>

interface Vertex {
  readonly template: Definition
  readonly own: number
  readonly uses: readonly Use[]
  size: number
  height: number
}

/** How templates use templates, per platform. Reports circles, excessive growth, and the use of unsound templates. */
export function readTemplateGraph(templates: Templates): TemplateGraph {
  const unusable = new Set([...templates.values()].filter((template) => !isSound(template)))
  const platforms = new Map(PLATFORMS.map((platform) => [platform, readVertices(templates, platform)]))
  for (const vertices of platforms.values()) {
    const left = measureVertices(vertices, unusable)
    reportCircles(left, unusable)
  }
  spreadUnusable([...platforms.values()], unusable)
  return {
    unusable,
    measure(definition, platform) {
      const vertices = platforms.get(platform)
      const { own, uses } = readVertex(definition, platform)
      return own + sum(uses.map(({ name }) => vertices?.get(name)?.size ?? 0))
    },
  }
}

/** Whatever uses what cannot be used cannot be used either. */
function spreadUnusable(platforms: readonly Vertices[], unusable: Set<Definition>): void {
  const users = new Map<Definition, { user: Definition; path: Path }[]>()
  for (const vertices of platforms) {
    for (const { template: user, uses } of vertices.values()) {
      for (const { name, path } of uses) {
        const used = vertices.get(name)?.template
        if (used !== undefined) users.set(used, append(users.get(used), { user, path }))
      }
    }
  }
  const open = [...unusable]
  for (let used = open.pop(); used !== undefined; used = open.pop()) {
    for (const { user, path } of users.get(used) ?? []) {
      if (unusable.has(user)) continue
      reportUnsound(user, used, path)
      unusable.add(user)
      open.push(user)
    }
  }
}

function readVertices(templates: Templates, platform: Platform): Map<string, Vertex> {
  const vertices = new Map<string, Vertex>()
  for (const [name, template] of templates) {
    const vertex = readVertex(template, platform)
    if (vertex.own > 0) vertices.set(name, vertex)
  }
  return vertices
}

function readVertex(template: Definition, platform: Platform): Vertex {
  const clauses = listClauses(template.written).filter((clause) => clause.platform === platform)
  const uses = clauses.flatMap(({ clause, path }): Use[] =>
    typeof clause.use === 'string' ? [{ name: clause.use, path: [...path, 'use'] }] : [],
  )
  return { template, own: clauses.length, uses, size: 0, height: 0 }
}

/** From those that use nothing upwards. The answer is what could never be reached: circles, and all above them. */
function measureVertices(vertices: Vertices, unusable: Set<Definition>): Map<string, Vertex> {
  const left = new Map(vertices)
  const users = new Map<string, string[]>()
  const open = new Map<string, number>()
  for (const [name, { uses }] of vertices) {
    const known = new Set(uses.map((use) => use.name).filter((used) => vertices.has(used)))
    open.set(name, known.size)
    for (const used of known) users.set(used, append(users.get(used), name))
  }
  const ready = [...open].filter(([, count]) => count === 0).map(([name]) => name)
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    const vertex = vertices.get(name)!
    left.delete(name)
    measureVertex(vertex, vertices, unusable)
    for (const user of users.get(name) ?? []) {
      const count = open.get(user)! - 1
      open.set(user, count)
      if (count === 0) ready.push(user)
    }
  }
  return left
}

/** Only the first that grows too large is told; those above it use something unsound. */
function measureVertex(vertex: Vertex, vertices: Vertices, unusable: Set<Definition>): void {
  const used = vertex.uses.flatMap(({ name }) => vertices.get(name) ?? [])
  vertex.size = Math.min(vertex.own + sum(used.map(({ size }) => size)), Number.MAX_SAFE_INTEGER)
  vertex.height = 1 + used.reduce((highest, { height }) => Math.max(highest, height), 0)
  if (used.some(({ template }) => unusable.has(template))) return
  let message: string
  if (vertex.size > MAX_CLAUSES) {
    message = `with its templates written out it has ${vertex.size} clauses, more than ${MAX_CLAUSES}`
  } else if (vertex.height > MAX_TEMPLATE_DEPTH) {
    message = `templates within templates, more than ${MAX_TEMPLATE_DEPTH} deep`
  } else return
  const hint = 'split it, or write some of its templates out'
  vertex.template.reporter.report({ code: 'too-large', message, hint }, [])
  unusable.add(vertex.template)
}

function reportCircles(left: Vertices, unusable: Set<Definition>): void {
  const done = new Set<string>()
  for (const start of left.keys()) {
    const way = new Set<string>()
    let name = start
    while (!way.has(name) && !done.has(name)) {
      way.add(name)
      name = nextLeft(left.get(name)!, left).name
    }
    if (!done.has(name)) reportCircle([...way].slice([...way].indexOf(name)), left, unusable)
    for (const one of way) done.add(one)
  }
}

function reportCircle(circle: readonly string[], left: Vertices, unusable: Set<Definition>): void {
  const vertices = circle.map((name) => left.get(name)!)
  const message = `templates use one another in a circle: ${[...circle, circle[0]!].join(' → ')}`
  const hint = 'let one of them do without the next'
  const { path } = nextLeft(vertices[0]!, left)
  vertices[0]!.template.reporter.report({ code: 'template-circle', message, hint }, path)
  for (const { template } of vertices) unusable.add(template)
}

/** Whatever is left uses something that is left. */
function nextLeft(vertex: Vertex, left: Vertices): Use {
  return vertex.uses.find(({ name }) => left.has(name))!
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

function append<T>(list: T[] | undefined, item: T): T[] {
  if (list === undefined) return [item]
  list.push(item)
  return list
}

export function reportUnsound(user: Definition, template: Definition, path: Path): void {
  const { file, line, column } = template.document.place(template.base)
  const message = `template ${quote(template.name ?? '')} cannot be used, because it has errors`
  user.reporter.report({ code: 'unsound-template', message, hint: `see ${file}:${line}:${column}` }, path)
}
