/** What a person may ask of a report. Each format takes what concerns it. */
export interface ReportOptions {
  /** ANSI colours; false when absent. */
  readonly color?: boolean | undefined
  /** Columns of the terminal; 100 when absent or 0. */
  readonly width?: number | undefined
  /** Show evidence of what passes, and all of it. */
  readonly verbose?: boolean | undefined
  /** A warning counts as a failure. */
  readonly strict?: boolean | undefined
}
