import { deserialize, serialize } from 'node:v8'
import { type Config, readConfig } from '../../config.ts'
import type { Library } from '../../core/check.ts'
import { openLibrary, requireSound } from '../library.ts'
import { requireKnownParams } from '../params.ts'
import type { EvaluationOrder } from './protocol.ts'

/** Checks with the settings that they are used with. */
export interface Content {
  readonly config: Config
  readonly library: Library
}

/** The content that an order brings, or else what stands in the files. @throws KeelsonError */
export function readContent({ content, flags, state }: EvaluationOrder): Content {
  if (content) return deserialize(content) as Content
  // Who evaluates delivers nothing.
  const config = { ...readConfig(flags), state, sinks: undefined }
  const library = requireSound(openLibrary(config))
  requireKnownParams(config, library)
  return { config, library }
}

/** Content as bytes, which whoever does not look into it can keep. */
export function packContent(content: Content): Uint8Array {
  return serialize(content)
}
