import { createRequire } from 'node:module'
import type { Int64, Protocol, Transport } from 'thrift'
import type { ExtensionInfo, ExtensionOption, ExtensionRegistry } from './protocol.ts'

/** A struct of the generated code. */
interface Struct {
  read(input: Protocol): void
  write(output: Protocol): void
}

type StructClass<Fields> = new (fields?: Partial<Fields>) => Struct & { [Key in keyof Fields]: Fields[Key] | null }

/** The generated client, as far as it writes requests. */
interface RequestWriter {
  _seqid: number
  send_ping(): void
  send_call(registry: string, item: string, request: Readonly<Record<string, string>>): void
  send_shutdown(): void
  send_extensions(): void
  send_options(): void
  send_registerExtension(info: ExtensionInfo, registry: ExtensionRegistry): void
  send_deregisterExtension(uuid: number): void
  send_query(sql: string): void
  send_getQueryColumns(sql: string): void
}

// The same relative path leads to the one committed folder from src/osquery and from dist/osquery.
const require = createRequire(import.meta.url)

export const { ExtensionStatus, InternalExtensionInfo, InternalOptionInfo } =
  require('../../src/osquery/gen/osquery_types.js') as {
    readonly ExtensionStatus: StructClass<{ code: number; message: string; uuid: number | Int64 }>
    readonly InternalExtensionInfo: StructClass<ExtensionInfo>
    readonly InternalOptionInfo: StructClass<ExtensionOption>
  }

export const { Client: GeneratedClient } = require('../../src/osquery/gen/ExtensionManager.js') as {
  readonly Client: new (transport: Transport, protocol: new (transport: Transport) => Protocol) => RequestWriter
}
