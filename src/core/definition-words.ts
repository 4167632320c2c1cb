import { SEVERITIES, type Severity } from './check.ts'

/** A check in its own words, as far as they are known: older definitions may lack some of them. */
export interface DefinitionWords {
  readonly title: string | null
  readonly severity: Severity | null
  readonly tags: readonly string[]
  readonly why: string | null
  readonly fix: string | null
  readonly schedule: string | null
  /** The values that it was asked with. */
  readonly params: Readonly<Record<string, unknown>>
  /** The YAML as it was written. */
  readonly document: string | null
}

export const UNKNOWN_WORDS: DefinitionWords = {
  title: null,
  severity: null,
  tags: [],
  why: null,
  fix: null,
  schedule: null,
  params: {},
  document: null,
}

/** Reads a definition's body. What is missing or of another kind counts as not known. */
export function readDefinitionWords(body: string | undefined): DefinitionWords {
  const written = readObject(body)
  const textAt = (key: string) => (typeof written[key] === 'string' ? written[key] : null)
  const { severity, tags, params } = written
  return {
    title: textAt('title'),
    severity: SEVERITIES.find((known) => known === severity) ?? null,
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    why: textAt('why'),
    fix: textAt('fix'),
    schedule: textAt('schedule'),
    params: isObject(params) ? params : {},
    document: textAt('document'),
  }
}

function readObject(body: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body ?? '{}')
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
