import type { Diagnostic, Place } from '../../core/check.ts'
import { findClosest } from '../../core/find-closest.ts'
import { describeValue, isMapping, quote } from '../words.ts'
import type { Path, YamlDocument } from '../yaml-document.ts'

/** Reads one entry of a foreign file, and notes what is wrong with it and what is lost. */
export class EntryReader {
  readonly #document: YamlDocument
  readonly #base: Path
  readonly #notes: Diagnostic[]

  constructor(document: YamlDocument, base: Path, notes: Diagnostic[]) {
    this.#document = document
    this.#base = base
    this.#notes = notes
  }

  place(path: Path = [], on: 'key' | 'value' = 'value'): Place {
    return this.#document.place([...this.#base, ...path], on)
  }

  within(...path: Path): EntryReader {
    return new EntryReader(this.#document, [...this.#base, ...path], this.#notes)
  }

  /** Nothing of the entry comes in. */
  leaveOut(message: string, hint?: string, path: Path = []): void {
    this.#note('left-out', message, hint, this.place(path))
  }

  /** The entry comes in without this. */
  lose(message: string, path: Path = [], hint?: string): void {
    this.#note('not-carried-over', message, hint, this.place(path, 'key'))
  }

  /** The file is not what it should be. */
  refuse(message: string, hint: string, path: Path = []): void {
    this.#notes.push({ level: 'error', code: 'import', message, hint, place: this.place(path) })
  }

  /** Text under a key; undefined where it is absent, null or blank, or no text (which is noted). */
  text(entry: Readonly<Record<string, unknown>>, key: string): string | undefined {
    const value = Object.hasOwn(entry, key) ? entry[key] : undefined
    if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) return undefined
    if (typeof value === 'string') return value.replace(/\r\n?/g, '\n')
    if (typeof value === 'number') return this.#document.source([...this.#base, key]) || String(value)
    this.lose(`${key} should be text, not ${describeValue(value)}`, [key])
    return undefined
  }

  /** Names of a comma-separated text or a list, in lower case. */
  names(entry: Readonly<Record<string, unknown>>, key: string): string[] {
    const value = Object.hasOwn(entry, key) ? entry[key] : undefined
    if (value === undefined || value === null) return []
    const texts = typeof value === 'string' ? value.split(',') : value
    if (!Array.isArray(texts) || !texts.every((text) => typeof text === 'string')) {
      this.lose(`${key} should be text, not ${describeValue(value)}`, [key])
      return []
    }
    return texts.map((text) => text.trim().toLowerCase()).filter((text) => text !== '')
  }

  /**
   * Notes every key of an entry that is not among those understood: with what it meant there where that is known;
   * in silence where it says nothing about what is asked.
   */
  loseRest(entry: Readonly<Record<string, unknown>>, { used, meant, silent }: KnownKeys): void {
    for (const [key, value] of Object.entries(entry)) {
      if (used.includes(key) || silent.includes(key) || isNothing(value)) continue
      const meaning = Object.hasOwn(meant, key) ? meant[key] : undefined
      if (meaning !== undefined) {
        this.lose(`${key} is not carried over: ${meaning}`, [key])
        continue
      }
      const closest = findClosest(key, [...used, ...Object.keys(meant)])
      this.lose(`${quote(key)} is no key that is known here`, [key], closest && `did you mean ${closest}?`)
    }
  }

  #note(code: string, message: string, hint: string | undefined, place: Place): void {
    this.#notes.push({ level: 'warning', code, message, ...(hint === undefined ? {} : { hint }), place })
  }
}

export interface KnownKeys {
  readonly used: readonly string[]
  /** Keys that ask for something that a check does not do, with what that is. */
  readonly meant: Readonly<Record<string, string>>
  readonly silent: readonly string[]
}

/** Switched off, or empty: nothing is lost without it. */
function isNothing(value: unknown): boolean {
  if (value === null || value === false || value === '' || value === 0) return true
  if (Array.isArray(value)) return value.length === 0
  return isMapping(value) && Object.keys(value).length === 0
}
