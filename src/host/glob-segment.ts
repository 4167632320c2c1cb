/** Whether a segment of a path pattern must be looked up among a folder's names. */
export function isMagic(segment: string): boolean {
  return /[*?[]/.test(segment.replace(/\\./gs, ''))
}

/** The name that a segment without magic stands for. */
export function unescapeSegment(segment: string): string {
  return segment.replace(/\\(.)/gs, '$1')
}

/**
 * One segment of a path pattern as the C library's glob reads it: `*`, `?`, `[…]`, backslash. A dot at the start of a
 * name must be written.
 */
export function compileSegment(segment: string): RegExp {
  let source = segment.startsWith('.') ? '' : '(?!\\.)'
  for (let i = 0; i < segment.length; i++) {
    const character = segment.charAt(i)
    const set = character === '[' ? readSet(segment, i) : undefined
    if (set) {
      source += set.source
      i = set.end
    } else if (character === '*') {
      if (segment.charAt(i - 1) !== '*') source += '.*'
    } else if (character === '?') {
      source += '.'
    } else {
      if (character === '\\') i++
      source += (segment.charAt(i) || '\\').replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
    }
  }
  return new RegExp(`^${source}$`, 'su')
}

/** `[…]` from its opening bracket on; undefined when it never closes and so stands for itself. */
function readSet(segment: string, start: number): { source: string; end: number } | undefined {
  const negated = /[!^]/.test(segment.charAt(start + 1))
  const first = start + (negated ? 2 : 1)
  const end = segment.indexOf(']', first + 1)
  if (end < 0) return undefined
  const members = segment.slice(first, end).replace(/[\\\]^[]/g, '\\$&')
  try {
    new RegExp(`[${members}]`, 'u')
  } catch {
    return { source: '(?!)', end } // a range backwards matches nothing
  }
  return { source: `[${negated ? '^' : ''}${members}]`, end }
}

/** `{a,b}` written out, as the shell does. */
export function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf('{')
  if (open < 0) return [pattern]
  const parts: string[] = []
  let depth = 0
  let start = open + 1
  for (let i = open; i < pattern.length; i++) {
    const character = pattern.charAt(i)
    if (character === '{') depth++
    else if (character === ',' && depth === 1) {
      parts.push(pattern.slice(start, i))
      start = i + 1
    } else if (character === '}' && --depth === 0) {
      parts.push(pattern.slice(start, i))
      const tails = expandBraces(pattern.slice(i + 1))
      return parts.flatMap(expandBraces).flatMap((part) => tails.map((tail) => pattern.slice(0, open) + part + tail))
    }
  }
  return [pattern]
}
