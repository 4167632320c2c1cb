/**
 * Ids for what is imported: lower-case words joined by hyphens, each once, and none that is taken. The same files give
 * the same ids.
 */
export function nameChecks(words: readonly string[], isTaken: (id: string) => boolean): string[] {
  const given = new Set<string>()
  return words.map((text) => {
    const base = toSlug(text)
    let id = base
    for (let count = 2; given.has(id) || isTaken(id); count++) id = `${base}-${count}`
    given.add(id)
    return id
  })
}

const LONGEST = 80

function toSlug(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const words = plain.split(/[^a-z0-9]+/).filter((word) => word !== '')
  let slug = ''
  for (const word of words) {
    if (slug.length + 1 + word.length > LONGEST) break
    slug = slug === '' ? word : `${slug}-${word}`
  }
  return slug || (words[0] ?? 'check').slice(0, LONGEST)
}
