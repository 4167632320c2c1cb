import { hash } from 'node:crypto'
import type { Check, Platform } from '../core/check.ts'
import type { Definition } from '../core/state.ts'
import type { ParamValues } from '../sql/expand.ts'

/** A check in its own words, as it is kept for those who ask later what was asked. */
export interface DefinitionBody {
  readonly check: string
  readonly title: string
  readonly severity: string
  readonly tags: readonly string[]
  readonly why: string | null
  readonly fix: string | null
  readonly schedule: string | null
  readonly platform: Platform
  /** The values that it was asked with. */
  readonly params: Readonly<Record<string, unknown>>
  /** The YAML as it was written. */
  readonly document: string
}

export function defineCheck(check: Check, platform: Platform, params: ParamValues): Definition {
  const { id, title, severity, tags, why, fix, schedule, document } = check
  const body: DefinitionBody = {
    check: id,
    title,
    severity,
    tags,
    why: why ?? null,
    fix: check.platforms[platform]?.fix ?? fix ?? null,
    schedule: schedule ?? null,
    platform,
    params,
    document,
  }
  const text = JSON.stringify(body)
  return { digest: hash('sha256', text, 'hex'), body: text }
}
