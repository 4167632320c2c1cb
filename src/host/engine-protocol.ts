import type { MessagePort } from 'node:worker_threads'
import type { SourceFailure } from '../core/errors.ts'
import type { TextRow } from '../core/source.ts'
import type { TableColumn } from '../sql/table.ts'

/** What the engine's thread is started with. */
export interface EngineStart {
  readonly root: string
  /** Only osquery's own tables, without those that our extension adds. */
  readonly plain: boolean
  /** Wakes the thread while it waits for another process's rows. */
  readonly signal: SharedArrayBuffer
  readonly port: MessagePort
}

export type EngineRequest = { readonly id: number } & (
  | { readonly kind: 'query'; readonly sql: string; readonly timeout: number | undefined }
  | { readonly kind: 'columns'; readonly sql: string }
  | { readonly kind: 'tables' }
  /** One scan of a table, as the plugin call `generate` asks for it. */
  | { readonly kind: 'scan'; readonly table: string; readonly context: string; readonly timeout: number | undefined }
  | { readonly kind: 'attach'; readonly name: string; readonly columns: readonly TableColumn[] }
  | { readonly kind: 'detach'; readonly name: string }
)

export type EngineResponse =
  | { readonly id: number; readonly result: unknown }
  | {
      readonly id: number
      readonly failure: SourceFailure
      readonly message: string
      readonly table: string | undefined
    }
  /** The thread asks for the rows of a table that lives elsewhere, and waits. */
  | { readonly generate: { readonly table: string; readonly context: string } }

/** The answer to `generate`, sent over the port before the signal is raised. */
export type GeneratedRows = { readonly rows: readonly TextRow[] } | { readonly error: string }
