import type { TextRow } from '../core/source.ts'

/** How a call went. `code` 0 is success; `uuid` is the answering extension's, 0 for the manager. */
export interface ExtensionStatusValue {
  readonly code: number
  readonly message: string
  readonly uuid: number
}

/** The answer to a query or to a plugin call. */
export interface ExtensionResponseValue {
  readonly status: ExtensionStatusValue
  readonly rows: TextRow[]
}

/** What an extension says of itself. An empty `sdk_version`, or 0.0.0, is never checked. */
export interface ExtensionInfo {
  readonly name: string
  readonly version: string
  readonly sdk_version: string
  readonly min_sdk_version: string
}

/** A flag of osquery. */
export interface ExtensionOption {
  readonly value: string
  readonly default_value: string
  readonly type: string
}

/** Registry (such as `table`) → plugin → its description; a table's is one row per column. */
export type ExtensionRegistry = Readonly<Record<string, Readonly<Record<string, readonly TextRow[]>>>>

/** The methods and their arguments. */
export interface ExtensionMethods {
  ping: []
  call: [registry: string, item: string, request: TextRow]
  shutdown: []
  extensions: []
  options: []
  registerExtension: [info: ExtensionInfo, registry: ExtensionRegistry]
  deregisterExtension: [uuid: number]
  query: [sql: string]
  getQueryColumns: [sql: string]
}

/** The most that one message may hold, in bytes, unless a caller says otherwise. */
export const DEFAULT_MAX_BYTES = 256 * 1024 * 1024
