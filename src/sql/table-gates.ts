import type { Platform } from '../core/check.ts'
import type { Gate } from '../core/compiled.ts'
import type { Preparation } from './engine.ts'
import { toIdentifier } from './literal.ts'
import { CONSOLE_USER_GATE, factsOf, ROOT_GATES, type TableFacts } from './table-facts.ts'
import { columnsRead } from './table-uses.ts'

/** How it is told whether a source could see. */
export interface GateOptions {
  /** The SQL that tells whether we run as root, or with a console user; undefined leaves the gate out. */
  readonly rootGates?: Readonly<Record<Platform, string>> | undefined
  readonly consoleUserGate?: string | undefined
  /**
   * What proves that a table can be read: its anchor is `asked`; or the source is `trusted` to fail where it may not
   * look; or only its `rows` do, as in a test. A table that is never empty and has no anchor must always have rows.
   */
  readonly proof: 'asked' | 'trusted' | 'rows'
}

/** For a real osquery, which answers nothing where it may not look. */
export const OSQUERY_GATES: GateOptions = { rootGates: ROOT_GATES, consoleUserGate: CONSOLE_USER_GATE, proof: 'asked' }

/** For a source that fails where it may not look. */
export const OUTSPOKEN_GATES: GateOptions = {
  rootGates: ROOT_GATES,
  consoleUserGate: CONSOLE_USER_GATE,
  proof: 'trusted',
}

/** What must hold for these statements to be able to see: from the facts of the tables that they read. */
export function tableGates(prepared: readonly Preparation[], platform: Platform, options: GateOptions): Gate[] {
  const reads = columnsRead(prepared)
  const known = [...reads.keys()].flatMap((table): [string, TableFacts][] => {
    const facts = factsOf(table)
    return facts ? [[table, facts]] : []
  })
  const rootOnly = known
    .filter(([table, facts]) => needsRoot(facts, reads.get(table) ?? new Set(), platform, options))
    .map(([table]) => table)
  const atConsole = known.filter(([, { needsConsoleUser }]) => needsConsoleUser).map(([table]) => table)
  const root = rootOnly.length > 0 ? options.rootGates?.[platform] : undefined
  const consoleUser = atConsole.length > 0 ? options.consoleUserGate : undefined
  return [
    ...(root === undefined
      ? []
      : [
          need(
            root,
            `${rootOnly.join(', ')} can be seen whole by ${WHO[platform]} only: run osquery as ${WHO[platform]}`,
          ),
        ]),
    ...(consoleUser === undefined
      ? []
      : [need(consoleUser, `${atConsole.join(', ')} answers only while somebody is logged in at the console`)]),
    ...known.flatMap(([table, facts]) => proofOf(table, facts, platform, options)),
  ]
}

const WHO: Readonly<Record<Platform, string>> = { darwin: 'root', linux: 'root', windows: 'an administrator' }

function needsRoot(
  facts: TableFacts,
  columns: ReadonlySet<string>,
  platform: Platform,
  { proof }: GateOptions,
): boolean {
  if (!facts.needsRoot?.includes(platform)) return false
  if (proof === 'trusted' && !facts.silentWithoutRoot) return false
  return facts.needsRootColumns?.some((column) => columns.has(column)) ?? true
}

function proofOf(table: string, facts: TableFacts, platform: Platform, { proof }: GateOptions): Gate[] {
  const { neverEmpty, neverEmptyOn, anchor, anchorOn } = facts
  const hasAnchor = anchor !== undefined && (anchorOn?.includes(platform) ?? true)
  const hasRows = neverEmpty !== undefined && (neverEmptyOn?.includes(platform) ?? true)
  const lacks = hasRows ? `a healthy host always has ${neverEmpty}` : 'what every host has is not in it'
  if (hasAnchor && proof === 'asked') return [need(anchor, `${table} could not be seen: ${lacks}`)]
  if (!hasRows || (hasAnchor && proof === 'trusted')) return []
  return [need(`SELECT 1 FROM ${toIdentifier(table)}`, `${table} could not be seen: it is empty, and ${lacks}`)]
}

function need(sql: string, reason: string): Gate {
  return { kind: 'need', sql, reason }
}
