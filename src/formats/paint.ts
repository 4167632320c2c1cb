/** ANSI's SGR parameters by what they say. */
const STYLES = {
  fail: '1;31',
  error: '1;35',
  warn: '1;33',
  waived: '1;34',
  pass: '32',
  not_applicable: '2',
  critical: '1;97;41',
  high: '1;31',
  medium: '33',
  low: '2',
  strong: '1',
  muted: '2',
  label: '36',
  preview: '33',
} as const

export type Style = keyof typeof STYLES
export type Paint = (style: Style | undefined, text: string) => string

/** A painter of text that is already safe for a terminal; without colour it leaves the text alone. */
export function createPaint(color: boolean | undefined): Paint {
  if (!color) return (_style, text) => text
  return (style, text) => (style === undefined || text === '' ? text : `\u001b[${STYLES[style]}m${text}\u001b[0m`)
}
