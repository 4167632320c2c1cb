/**
 * What a reader cannot see, or what moves the cursor or turns the reading direction: controls, format characters
 * (bidi, zero width, tags), line separators, halves of surrogate pairs, blank fillers. The two variation selectors
 * that choose between text and emoji are left alone.
 */
const UNSEEN = /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

function showUnseen(character: string): string {
  const code = character.codePointAt(0) as number
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  return code === 0x7f ? '␡' : `\\u{${code.toString(16)}}`
}

/**
 * Text for a terminal: nothing in it moves the cursor, changes colours or hides. ESC becomes `␛`, a bidi override
 * `\u{202e}`. Newlines and tabs become spaces unless `keepLines` is set.
 */
export function forTerminal(text: string, options: { readonly keepLines?: boolean } = {}): string {
  const lines = text.replace(/\r\n/g, '\n')
  return lines.replace(UNSEEN, (character) => {
    if (character !== '\n' && character !== '\t') return showUnseen(character)
    return options.keepLines ? character : ' '
  })
}

/** One line of prose for Markdown as GitHub and GitLab read it, fit for a table's cell; it never mentions anyone. */
export function forMarkdown(text: string): string {
  return forTerminal(text)
    .trim()
    .replace(/[\\`*_[\]|~$]/g, '\\$&')
    .replace(/[&<>]/g, (character) => ENTITIES[character] as string)
    .replace(/@(?=\w)|#(?=\d)/g, '$&&#8203;')
    .replace(/^[#+=-]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2')
}

/** A code span that holds the text as it is, however many backticks it has. Not for a table's cell. */
export function forMarkdownCode(text: string): string {
  const shown = forTerminal(text)
  if (shown.trim() === '') return ''
  const fence = longerThanAny(shown, 1)
  return /^[ `]|[ `]$/.test(shown) ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`
}

/** A fenced block that holds the lines as they are. */
export function forMarkdownBlock(lines: readonly string[]): string {
  const shown = lines.map((line) => forTerminal(line)).join('\n')
  const fence = longerThanAny(shown, 3)
  return `${fence}text\n${shown}\n${fence}`
}

function longerThanAny(text: string, least: number): string {
  const longest = (text.match(/`+/g) ?? []).reduce((length, run) => Math.max(length, run.length), 0)
  return '`'.repeat(Math.max(least, longest + 1))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** An element's or attribute's text. Every character that XML 1.0 allows is kept, the others are made visible. */
export function forXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, showUnseen)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Text or an attribute's value in HTML: nothing in it is markup, hides or turns the reading direction. */
export function forHtml(text: string, options: { readonly keepLines?: boolean } = {}): string {
  return forTerminal(text, options).replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
}

/** One cell of RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe in front. */
export function forCsv(text: string): string {
  const shown = text.replace(UNSEEN, (character) => (/[\t\r\n]/.test(character) ? character : showUnseen(character)))
  const cell = /^[=+\-@\t\r\n＝＋－＠]/.test(shown) ? `'${shown}` : shown
  return /[",\r\n]|^ | $/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

/** JSON text with the unseen characters of its strings as `\u` escapes: the same value, safe to print. */
export function forJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(UNSEEN, (character) => {
    if (character === '\n') return character
    return character.split('').map(escapeUnit).join('')
  })
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
