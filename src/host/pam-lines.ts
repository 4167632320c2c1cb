/** A rule's text and the line that it begins on. */
export interface PamLine {
  readonly text: string
  readonly line: number
}

/** The lines of a file of PAM's that say something: what a backslash continues is joined, and comments are gone. */
export function joinPamLines(text: string): PamLine[] {
  const joined: PamLine[] = []
  let begun: PamLine | undefined
  for (const [index, whole] of text.split('\n').entries()) {
    const comment = whole.indexOf('#')
    const part = (comment < 0 ? whole : whole.slice(0, comment)).trim()
    // Behind a comment nothing is continued.
    const isContinued = comment < 0 && part.endsWith('\\')
    const own = isContinued ? part.slice(0, -1).trimEnd() : part
    begun = begun ? { ...begun, text: `${begun.text} ${own}`.trim() } : { text: own, line: index + 1 }
    if (isContinued) continue
    if (begun.text !== '') joined.push(begun)
    begun = undefined
  }
  if (begun && begun.text !== '') joined.push(begun)
  return joined
}
