import type { Platform, Severity } from '../core/check.ts'

/** A check as one statement of SQL for one platform. */
export interface ExportedStatement {
  readonly check: string
  readonly title: string
  readonly severity: Severity
  readonly why?: string | undefined
  readonly fix?: string | undefined
  readonly platform: Platform
  /** Whether the check says something of other platforms too. */
  readonly isOneOfSeveral: boolean
  readonly version: string
  /** Seconds between two runs. */
  readonly interval: number
  /** Answers one row, with `verdict` and `leaves`; without a semicolon. */
  readonly sql: string
}
