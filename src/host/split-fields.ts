/** Splits at any of the characters; empty pieces are dropped and the others trimmed, as osquery does everywhere. */
export function splitFields(text: string, separators = '\t '): string[] {
  const fields: string[] = []
  let start = 0
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && !separators.includes(text[at]!)) continue
    if (at > start) fields.push(text.slice(start, at).trim())
    start = at + 1
  }
  return fields
}
