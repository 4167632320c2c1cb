import type { Paint, Style } from './paint.ts'
import { measureText, splitText } from './text-width.ts'

/** Something that is best kept on one line. Its text is escaped for a terminal. */
export interface Word {
  readonly text: string
  readonly style?: Style | undefined
  /** Spaces between it and the word before it; 1 when absent. */
  readonly gap?: number
}

/** The words of text that is escaped for a terminal, in which the only breaks are spaces. */
export function wordsOf(text: string, style?: Style): Word[] {
  const parts = text.split(' ').filter((part) => part !== '')
  return parts.map((part) => ({ text: part, style }))
}

/**
 * Lines of at most `width` columns; those after the first begin with `hanging` spaces. A word that is wider itself is
 * broken at its spaces, then anywhere.
 */
export function wrapWords(words: readonly Word[], width: number, paint: Paint, hanging = 0): string[] {
  const lines: Word[][] = []
  let used = 0
  for (const word of words.flatMap((word) => breakWord(word, width - hanging))) {
    const line = lines.at(-1)
    const needed = measureText(word.text)
    const gap = word.gap ?? 1
    if (line && used + gap + needed <= width) {
      line.push(word)
      used += gap + needed
    } else {
      used = needed + (line ? hanging : 0)
      lines.push([word])
    }
  }
  return lines.map((line, index) => (index === 0 ? '' : ' '.repeat(hanging)) + paintLine(line, paint))
}

function breakWord(word: Word, width: number): Word[] {
  if (measureText(word.text) <= width) return [word]
  const parts = word.text.split(' ').filter((part) => part !== '')
  const pieces = parts.flatMap((part) => splitText(part, width))
  return pieces.map((text, index) => (index === 0 ? { ...word, text } : { text, style: word.style }))
}

function paintLine(line: readonly Word[], paint: Paint): string {
  let painted = ''
  let run = ''
  let style: Style | undefined
  for (const [index, word] of line.entries()) {
    const gap = index === 0 ? '' : ' '.repeat(word.gap ?? 1)
    if (index > 0 && word.style === style) {
      run += gap + word.text
    } else {
      painted += paint(style, run) + gap
      run = word.text
      style = word.style
    }
  }
  return painted + paint(style, run)
}
