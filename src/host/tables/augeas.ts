import { type TableContext, TableError, type TableRow } from '../../sql/table.ts'
import { type AugeasFailure, readAugeasFailures } from '../augeas-failures.ts'
import { type AugeasNode, readAugeasMatches, readAugeasXml } from '../augeas-tree.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'
import { quoteExpression, runAugtool } from '../run-augtool.ts'
import { isFolder } from '../stat-target.ts'

/**
 * Configuration files as Augeas's lenses read them, through augtool. A file that no lens is for has no rows; one that
 * was asked for and that its lens cannot read is an error.
 */
export const augeas: HostTable = {
  name: 'augeas',
  generate(context, host) {
    const files = onlyFiles(host, context)
    // augtool takes some 0.2 s to start, and checks often ask for the same file.
    const asked = JSON.stringify([files, context.constraints('path'), context.constraints('node')])
    return host.once(`augeas ${asked}`, () => (files ? readFiles(host, files, context) : [...readTree(host, context)]))
  },
}

const ORDINARY = /^\/[\w./@+:-]+$/

/** The files, when all that the statement asks for is some with ordinary names, or all of a folder's (`…/%%`). */
function onlyFiles(host: Host, context: TableContext): string[] | undefined {
  if (context.constraints('node').length > 0 || context.constraints('path').length === 0) return undefined
  const files: string[] = []
  for (const path of context.equals('path')) {
    if (!ORDINARY.test(path) || isFolder(host, path)) return undefined
    files.push(path)
  }
  for (const pattern of context.likes('path')) {
    const folder = pattern.endsWith('/%%') ? pattern.slice(0, -'/%%'.length) : ''
    const names = ORDINARY.test(folder) ? host.list(folder) : undefined
    const paths = names?.map((name) => `${folder}/${name}`)
    if (!paths?.every((path) => ORDINARY.test(path) && !isFolder(host, path))) return undefined
    files.push(...paths)
  }
  return files.filter((path) => host.lstat(path))
}

/** Loads nothing but these files, in about half the time of everything. */
function readFiles(host: Host, files: readonly string[], context: TableContext): TableRow[] {
  if (files.length === 0) return []
  const xml = runAugtool(host, [
    ...files.map((path) => `load-file ${path}`),
    ...files.map((path) => `dump-xml /files${path}`),
    'dump-xml /augeas/files//error',
  ])
  const trees = [...readAugeasXml(xml)]
  const failure = readAugeasFailures(trees[files.length] ?? []).find((each) => concerns(each, context))
  if (failure) throw describeFailure(failure)
  return files.flatMap((path, index) => (trees[index] ?? []).map((node) => toRow(node, path)))
}

/** Loads everything that a lens is for, and picks the nodes as Augeas understands the patterns. */
function* readTree(host: Host, context: TableContext): Generator<TableRow> {
  const patterns = toExpressions(context)
  const looksAround = patterns.some((pattern) => !pattern.startsWith('/files'))
  const output = runAugtool(host, [
    'load',
    'dump-xml /files',
    'dump-xml /augeas/files//path',
    'dump-xml /augeas/files//error',
    ...(looksAround ? ['dump-xml /augeas'] : []),
    ...(patterns.length > 0 ? [`match ${quoteExpression(patterns.join('|'))}`] : []),
  ])
  const [files = [], paths = [], failures = [], around = []] = readAugeasXml(output)
  const failure = readAugeasFailures(failures).find((each) => concerns(each, context))
  if (failure) throw describeFailure(failure)

  const nodes = new Map([...files, ...around].map((node) => [node.path, node]))
  const fileAt = new Map(paths.map(({ path, value }) => [path.slice('/augeas'.length, -'/path'.length), value]))
  const matches =
    patterns.length === 0
      ? [...nodes.keys()].slice(1)
      : readAugeasMatches(afterXml(output), (path) => nodes.get(path)?.value)
  for (const path of new Set(matches)) {
    const node = nodes.get(path)
    if (node) yield toRow(node, fileOf(path, fileAt))
  }
}

/**
 * Nodes are Augeas expressions as they stand. A path means the file's node and all below it; in a LIKE `%` becomes
 * Augeas's `*`, which is a whole step, and `%%` any number of steps.
 */
function toExpressions(context: TableContext): string[] {
  const wildcards = (pattern: string) => pattern.replaceAll('%%', '/*').replaceAll('%', '*')
  const paths = [...context.equals('path'), ...context.likes('path').map(wildcards)].map((path) => `/files${path}`)
  return [
    ...context.equals('node'),
    ...context.likes('node').map(wildcards),
    ...paths.flatMap((path) => (path.endsWith('*') ? [path] : [path, `${path}//*`])),
  ]
}

/**
 * Whether a failure must be told. A file that was named must be readable; of files that a pattern finds, or of all, those
 * that their lens does not understand are left out, as osquery does: Augeas ships lenses that fail on many a machine.
 */
function concerns({ file, isUnreadable }: AugeasFailure, context: TableContext): boolean {
  if (context.equals('path').includes(file)) return true
  if (context.equals('node').some((node) => `${node}/`.startsWith(`/files${file}/`))) return true
  const likes = [...context.likes('path'), ...context.likes('node').map((node) => node.replace(/^\/files/, ''))]
  const isAsked = context.constraints('path').length + context.constraints('node').length === 0
  return isUnreadable && (isAsked || likes.some((pattern) => likeToRegExp(pattern).test(file)))
}

function likeToRegExp(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replace(/%+/g, '.*')
    .replaceAll('_', '.')
  return new RegExp(`^${source}$`, 'is')
}

function describeFailure({ file, reason }: AugeasFailure): TableError {
  return new TableError(`augeas cannot read ${file}: ${reason}`)
}

function toRow({ path: node, label, value }: AugeasNode, path: string): TableRow {
  return { node, value: value ?? '', label, path }
}

/** The file that a node is in; above all files the folder, and '' outside of them. */
function fileOf(node: string, fileAt: ReadonlyMap<string, string | undefined>): string {
  for (let path = node; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
    const file = fileAt.get(path)
    if (file !== undefined) return file.slice('/files'.length)
  }
  return node.startsWith('/files') ? node.slice('/files'.length) : ''
}

function afterXml(output: string): string {
  return output.slice(output.search(/(?<=<\/augeas>\n|<augeas [^>]*\/>\n)(?!<)/))
}
