/** The pieces of sentences that problems are told in. */

const SHOWN = 60

/** Text of bounded length for a message. */
export function shorten(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`
}

export function quote(text: string): string {
  return JSON.stringify(shorten(text))
}

/** `a, b or c`. */
export function listWords(words: readonly string[], joint = 'or'): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} ${joint} ${words.at(-1)}`
}

/** What a value is, for "…, not …". */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing (null)'
  if (typeof value === 'string') return value === '' ? 'empty text' : `the text ${quote(value)}`
  if (typeof value === 'number') return `the number ${value}`
  if (typeof value === 'boolean') return `${value}`
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  return 'a mapping'
}

/** `platforms.linux.all[1].where`: how a path is shown, in the words of the file. */
export function showPath(path: readonly (string | number)[]): string {
  let shown = ''
  for (const step of path) {
    if (typeof step === 'number') shown += `[${step}]`
    else shown += shown === '' ? shorten(step) : `.${shorten(step)}`
  }
  return shown
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
