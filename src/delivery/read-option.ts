import { resolve } from 'node:path'
import { parseDuration } from '../core/duration.ts'
import type { SinkOption, SinkOptions } from '../core/sink.ts'
import type { WrittenSection } from '../core/written-section.ts'
import { type ExpandContext, expandSecrets, PLACEHOLDERS } from './expand-secrets.ts'

type Path = readonly (string | number)[]
type Value = SinkOptions[string]

export interface OptionContext extends ExpandContext {
  readonly section: WrittenSection
  readonly report: (path: Path, message: string, hint: string, level?: 'warning') => void
  /** Told whatever must never be shown. */
  readonly keepSecret: (secret: string) => void
}

/**
 * An option as its kind wants it, of what YAML made of it: `0640` is a text where text is wanted, though YAML takes it
 * for a number. Undefined after a report.
 */
export function readOption(path: Path, value: unknown, option: SinkOption, context: OptionContext): Value | undefined {
  const { type } = option
  const name = path.at(-1)
  const refuse = (what: string, hint = option.help) => {
    context.report(path, `${name} must be ${what}`, hint)
    return undefined
  }
  if (type === 'texts') {
    const members = Array.isArray(value) ? value : [value]
    const texts = members.map((member, at) => {
      const place = Array.isArray(value) ? [...path, at] : path
      return readText(place, member, option, context)
    })
    if (texts.every((text) => typeof text === 'string')) return texts
    return texts.includes(NOT_TEXT) ? refuse('a list of texts') : undefined
  }
  if (type === 'mapping') {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuse('a mapping of names to texts')
    const entries = Object.entries(value).map(([key, member]) => {
      const text = readText([...path, key], member, option, context)
      if (typeof text === 'string') context.keepSecret(text)
      return [key, text] as const
    })
    if (entries.every(([, text]) => typeof text === 'string'))
      return Object.fromEntries(entries) as Record<string, string>
    return entries.some(([, text]) => text === NOT_TEXT) ? refuse('a mapping of names to texts') : undefined
  }
  if (type === 'boolean' && typeof value === 'boolean') return value
  const text = readText(path, value, option, context)
  if (text === undefined) return undefined
  if (typeof text !== 'string') return refuse(WORDS[type])
  if (type === 'boolean') return text === 'true' || text === 'false' ? text === 'true' : refuse(WORDS[type])
  if (type === 'integer') return /^-?\d{1,15}$/.test(text.replaceAll('_', '')) ? toNumber(text) : refuse(WORDS[type])
  if (type === 'duration') {
    // A bare number is seconds, as for timeout elsewhere.
    const seconds = /^\d{1,9}(?:\.\d+)?$/.test(text) ? Number(text) : parseDuration(text)
    return seconds ?? refuse(WORDS[type])
  }
  if (type === 'secret') noteSecret(path, value, text, context)
  return option.path && !text.includes('-----BEGIN ') ? resolve(context.folder, text) : text
}

const WORDS: Readonly<Record<SinkOption['type'], string>> = {
  text: 'text',
  secret: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
  duration: 'a duration such as 30s or 5m',
  texts: 'a list of texts',
  mapping: 'a mapping of names to texts',
}

const NOT_TEXT = Symbol('no text')

/** Undefined where something that it names is missing, which was reported. */
function readText(path: Path, value: unknown, option: SinkOption, context: OptionContext) {
  if (typeof value === 'number' || typeof value === 'boolean') return context.section.source(path) || String(value)
  if (typeof value !== 'string') return NOT_TEXT
  const { text, secrets, problems, warnings } = expandSecrets(value, context)
  for (const secret of secrets) context.keepSecret(secret)
  for (const { message, hint } of problems) context.report(path, message, hint)
  for (const { message, hint } of warnings) context.report(path, message, hint, 'warning')
  if (option.visible && secrets.length > 0) {
    const hint = 'hand a secret over in env, which others cannot see'
    context.report(path, 'everybody on this machine could see what is put in here', hint)
    return undefined
  }
  return problems.length > 0 ? undefined : text
}

function noteSecret(path: Path, written: unknown, text: string, { keepSecret, report }: OptionContext): void {
  keepSecret(text)
  if (text !== written || text.includes('-----BEGIN ') || path.at(-1) === 'key') return
  const hint = `keep it elsewhere: ${PLACEHOLDERS}`
  report(path, `whoever may read this file knows the ${path.at(-1)}`, hint, 'warning')
}

function toNumber(text: string): number {
  return Number(text.replaceAll('_', ''))
}
