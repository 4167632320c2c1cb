export interface Fault {
  readonly offset: number
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** A value with where it was written, as offsets in the text. */
export interface Node {
  readonly value: unknown
  readonly start: number
  readonly end: number
  readonly members: Members | undefined
  /** Values within, itself included, with every alias written out. */
  readonly size: number
  readonly height: number
  /** Aliases that were followed, one inside the other. */
  readonly aliases: number
}

/** What is in a list or a mapping, in the order of the file; `keys` and `keyStarts` are empty for a list. */
export interface Members {
  readonly nodes: Node[]
  readonly keys: string[]
  readonly keyStarts: number[]
}

export interface Frame {
  /** Exactly one of the two: a list, or a mapping without prototype. */
  readonly list?: unknown[]
  readonly mapping?: Record<string, unknown>
  readonly members: Members
  readonly start: number
  readonly anchor: string | undefined
  /** In a mapping, the key whose value comes next. A key that was refused has no text, and its value is dropped. */
  key: { readonly text: string | undefined; readonly start: number } | undefined
  size: number
  height: number
  aliases: number
}

export interface Reader {
  readonly text: string
  readonly maxDepth: number
  readonly stack: Frame[]
  readonly anchors: Map<string, Node | 'open'>
  readonly faults: Fault[]
  /** A %TAG directive was seen: tags no longer mean what they say. */
  readonly tagsRedefined: boolean
  root: Node | undefined
  /** Values so far, with aliases written out. */
  total: number
  /** Where the last thing ended, for values that are not written at all. */
  offset: number
}

export const MAX_NODES = 100_000

export function addFault(reader: Reader, offset: number, code: string, message: string, hint: string): void {
  reader.faults.push({ offset, code, message, hint })
}
