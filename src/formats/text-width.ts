/** East Asian wide and fullwidth characters, and emoji: two columns each on a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}]/u

/** The columns that text takes on a terminal, near enough. The text must be escaped for it already. */
export function measureText(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  for (const character of text) width += measureCharacter(character)
  return width
}

function measureCharacter(character: string): number {
  if (WITHOUT_WIDTH.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - measureText(text)))
}

/** The text, or as much of it as leaves room for an ellipsis. */
export function truncateText(text: string, width: number): string {
  if (measureText(text) <= width) return text
  return `${(splitText(text, Math.max(1, width - 1))[0] as string).trimEnd()}…`
}

/** Pieces of at most this many columns; never fewer than one character, whatever its width. */
export function splitText(text: string, width: number): string[] {
  const pieces: string[] = []
  let piece = ''
  let used = 0
  for (const character of text) {
    const wide = measureCharacter(character)
    if (piece !== '' && used + wide > width) {
      pieces.push(piece)
      piece = ''
      used = 0
    }
    piece += character
    used += wide
  }
  return [...pieces, piece]
}
