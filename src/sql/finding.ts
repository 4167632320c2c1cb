/** A finding without its check, platform and place, which are the same for many. */
export interface Finding {
  readonly level: 'error' | 'warning'
  readonly code: string
  readonly message: string
  readonly hint?: string
}
