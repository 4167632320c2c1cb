export interface JsonFault {
  readonly offset: number
  /** What was expected there, in words. */
  readonly expected: string
}

const SPACE = /[ \t\n\r]*/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const DEEPEST = 500

/** Where a text stops being JSON; JSON.parse does not always tell. Undefined when it is JSON. */
export function findJsonFault(text: string): JsonFault | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch {
    const fault = (offset: number, expected: string): JsonFault => ({ offset, expected })
    const match = (pattern: RegExp, at: number): number | undefined => {
      pattern.lastIndex = at
      return pattern.test(text) ? pattern.lastIndex : undefined
    }
    const skip = (at: number) => match(SPACE, at) ?? at
    /** The offset behind the value at an offset. */
    const readValue = (start: number, depth: number): number | JsonFault => {
      const at = skip(start)
      const open = text[at]
      if (depth > DEEPEST) return fault(at, `at most ${DEEPEST} levels`)
      if (open !== '{' && open !== '[') {
        const end = match(STRING, at) ?? match(SCALAR, at)
        if (end !== undefined) return end
        return fault(at, open === '"' ? 'this string never ends, or holds a line break' : 'expected a value')
      }
      return readMembers(at, open === '{' ? '}' : ']', depth)
    }
    const readMembers = (start: number, close: '}' | ']', depth: number): number | JsonFault => {
      let at = skip(start + 1)
      if (text[at] === close) return at + 1
      for (;;) {
        if (close === '}') {
          const key = match(STRING, at)
          if (key === undefined) return fault(at, 'expected a key in double quotes')
          at = skip(key)
          if (text[at] !== ':') return fault(at, 'expected a colon after the key')
          at++
        }
        const end = readValue(at, depth + 1)
        if (typeof end !== 'number') return end
        at = skip(end)
        if (text[at] === close) return at + 1
        if (text[at] !== ',') return fault(at, `expected a comma or ${close}`)
        at = skip(at + 1)
      }
    }
    const end = readValue(0, 0)
    return typeof end === 'number' ? fault(skip(end), 'expected nothing more') : end
  }
}
