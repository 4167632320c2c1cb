import type { FormatTools } from '../../src/formats/formatted-report.ts'
import { createUuidOf } from '../../src/state/uuid-of.ts'

export const TOOLS: FormatTools = { version: '0.1.0', uuidOf: createUuidOf() }
