import type { CompiledCheck, Tree } from './compiled.ts'

/**
 * The check as one osquery is asked it: of each `first`, only the clause that decides there, which is the first one all
 * of whose tables it has, or else the last one. Without `tables` nothing is known to be missing.
 */
export function settle(compiled: CompiledCheck, tables: ReadonlySet<string> | undefined): CompiledCheck {
  if (!hasChoice(compiled.tree)) return compiled
  const isThere = (leaf: number) =>
    compiled.leaves[leaf]?.tables.every(({ table }) => tables?.has(table) ?? true) === true
  const chosen = choose(compiled.tree, isThere)
  const asked = leavesOf(chosen)
  const places = new Map(asked.map((leaf, index) => [leaf, index]))
  const leaves = asked.flatMap((leaf, index) => compiled.leaves.slice(leaf, leaf + 1).map((one) => ({ ...one, index })))
  return { ...compiled, tree: renumber(chosen, places), leaves }
}

/** The parts of a group; none of a leaf. */
export function partsOf(tree: Tree): readonly Tree[] {
  if (typeof tree === 'number') return []
  if ('not' in tree) return [tree.not]
  if ('all' in tree) return tree.all
  return 'any' in tree ? tree.any : tree.first
}

/** The leaves of a tree, in their order. */
export function leavesOf(tree: Tree): number[] {
  return typeof tree === 'number' ? [tree] : partsOf(tree).flatMap(leavesOf)
}

/** The clauses of each `first`, outer before inner. */
export function choicesIn(tree: Tree): (readonly Tree[])[] {
  const inner = partsOf(tree).flatMap(choicesIn)
  return typeof tree === 'object' && 'first' in tree ? [tree.first, ...inner] : inner
}

function hasChoice(tree: Tree): boolean {
  return typeof tree === 'object' && ('first' in tree || partsOf(tree).some(hasChoice))
}

function choose(tree: Tree, isThere: (leaf: number) => boolean): Tree {
  if (typeof tree === 'number') return tree
  if ('first' in tree) {
    const settled = tree.first.map((part) => choose(part, isThere))
    return (settled.find((part) => leavesOf(part).every(isThere)) ?? settled.at(-1)) as Tree
  }
  return mapParts(tree, (part) => choose(part, isThere))
}

function renumber(tree: Tree, places: ReadonlyMap<number, number>): Tree {
  return typeof tree === 'number' ? (places.get(tree) as number) : mapParts(tree, (part) => renumber(part, places))
}

function mapParts(tree: Exclude<Tree, number>, map: (part: Tree) => Tree): Tree {
  if ('not' in tree) return { not: map(tree.not) }
  if ('all' in tree) return { all: tree.all.map(map) }
  return 'any' in tree ? { any: tree.any.map(map) } : { first: tree.first.map(map) }
}
