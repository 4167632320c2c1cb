import { type Diagnostic, PLATFORMS, type Platform } from '../core/check.ts'
import type { Path, YamlDocument } from './yaml-document.ts'

export interface Finding {
  /** `error` when absent. */
  readonly level?: 'error' | 'warning'
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
}

/** Collects the problems of one definition (a check or a template). Paths start at the definition. */
export interface Reporter {
  report(finding: Finding, path: Path, on?: 'key' | 'value'): void
  /** Whether no error was reported at this path or below it, so that the value there can be relied on. */
  isClean(path: Path): boolean
  /** A scalar as it was written. */
  source(path: Path): string
  readonly diagnostics: readonly Diagnostic[]
}

/** `base` leads from the document's top to the definition; `check` is the id that diagnostics carry. */
export function createReporter(document: YamlDocument, base: Path, check?: string): Reporter {
  const diagnostics: Diagnostic[] = []
  // Every path at or above an error.
  const unclean = new Set<string>()
  return {
    diagnostics,
    source: (path) => document.source([...base, ...path]),
    isClean: (path) => !unclean.has(path.join('\0')),
    report({ level = 'error', code, message, hint }, path, on) {
      if (level === 'error') {
        for (let length = 0; length <= path.length; length++) unclean.add(path.slice(0, length).join('\0'))
      }
      const platform = path[0] === 'platforms' ? PLATFORMS.find((name) => name === path[1]) : undefined
      diagnostics.push({
        level,
        code,
        message,
        ...(hint !== undefined && { hint }),
        place: document.place([...base, ...path], on),
        ...(check !== undefined && { check }),
        ...(platform !== undefined && { platform: platform satisfies Platform }),
      })
    },
  }
}
