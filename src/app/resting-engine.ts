import type { TextRow } from '../core/source.ts'
import { EmbeddedEngine } from '../host/embedded-engine.ts'

export interface RestingEngine {
  /** The rows of one scan of a table, as EmbeddedEngine.scan gives them. */
  scan(table: string, context: string, timeout: number): Promise<TextRow[]>
  close(): Promise<void>
}

/**
 * The embedded engine for whoever is rarely asked: it is there while scans run and `rest` milliseconds longer, since its
 * thread holds some 35 MB, and more after a large table.
 */
export function createRestingEngine(rest: number): RestingEngine {
  let engine: EmbeddedEngine | undefined
  let scans = 0
  let timer: NodeJS.Timeout | undefined
  const close = async () => {
    clearTimeout(timer)
    const ended = engine
    engine = undefined
    await ended?.close()
  }
  return {
    async scan(table, context, timeout) {
      clearTimeout(timer)
      engine ??= new EmbeddedEngine()
      scans++
      try {
        return await engine.scan(table, context, { timeout })
      } finally {
        scans--
        if (scans === 0 && engine) timer = setTimeout(close, rest).unref()
      }
    },
    close,
  }
}
