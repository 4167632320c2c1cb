import { dirname } from 'node:path'
import type { Diagnostic } from '../core/check.ts'
import type { EventFilter } from '../core/delivery.ts'
import { findClosest } from '../core/find-closest.ts'
import type { Governor } from '../core/governor.ts'
import { readFilter } from '../core/read-filter.ts'
import { GOVERNOR_KEYS, readGovernor } from '../core/read-governor.ts'
import type { Sink, SinkContext, SinkKind, SinkOption, SinkOptions } from '../core/sink.ts'
import type { WrittenSection } from '../core/written-section.ts'
import { EVENT_FORMAT_NAMES, type EventFormatName } from '../formats/event-formats.ts'
import { createHider, openHiding } from './hide-secrets.ts'
import { type OptionContext, readOption } from './read-option.ts'
import { OptionError } from './read-settings.ts'

/** A sink as keelson.yaml has it. */
export interface ConfiguredSink {
  readonly name: string
  readonly kind: SinkKind
  readonly format: EventFormatName
  readonly exclude: readonly EventFilter[]
  readonly governor: Governor
  /** Where it begins when it is new. */
  readonly begin: 'start' | 'now'
  /** Tells these settings from others. Never shown: there are secrets in it. */
  readonly identity: string
  /** Opens it; nothing that it says holds a secret. @throws OptionError */
  open(context: Omit<SinkContext, 'name'>): Sink
}

export interface ReadSinks {
  /** Those without an error. */
  readonly sinks: readonly ConfiguredSink[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What every sink has beside the options of its kind. */
export const COMMON_OPTIONS = {
  type: { type: 'text', required: true, help: 'what kind of sink it is' },
  format: {
    type: 'text',
    choices: EVENT_FORMAT_NAMES,
    default: 'keelson',
    help: 'how events are written; kinds that write for people have words of their own',
  },
  begin: {
    type: 'text',
    choices: ['start', 'now'],
    default: 'now',
    help: "where it begins when it is new: with the ledger's first entry, or with what comes from now on",
  },
  exclude: {
    type: 'texts',
    help: 'events that it is not given: a list of filters of action, level, check, tag, asset; all parts of one must hold',
  },
  damping: { type: 'mapping', help: GOVERNOR_KEYS.damping },
  budget: { type: 'mapping', help: GOVERNOR_KEYS.budget },
  breaker: { type: 'mapping', help: GOVERNOR_KEYS.breaker },
  digest: { type: 'duration', help: GOVERNOR_KEYS.digest },
  quiet: { type: 'text', help: GOVERNOR_KEYS.quiet },
} as const satisfies Record<string, SinkOption>

interface ReadContext {
  readonly kinds: Readonly<Record<string, SinkKind>>
  readonly env: OptionContext['env']
}

/** Reads the section `sinks` of keelson.yaml. What it names is looked up, nothing is reached out to. */
export function readSinks(section: WrittenSection, { kinds, env }: ReadContext): ReadSinks {
  const diagnostics: Diagnostic[] = []
  const report = (path: readonly (string | number)[], message: string, hint: string, level?: 'warning', on?: 'key') => {
    const place = section.place(path, on)
    diagnostics.push({ level: level ?? 'error', code: 'sinks', message, ...(hint && { hint }), place })
  }
  const { value } = section
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report([], 'sinks must be a mapping of names to sinks', 'sinks: { log: { type: file, path: events.jsonl } }')
    return { sinks: [], diagnostics }
  }
  const sinks = Object.entries(value).flatMap(([name, written]) => {
    const before = diagnostics.length
    const sink = new SinkReader(name, section, { kinds, env, report }).read(written)
    const isSound = diagnostics.slice(before).every(({ level }) => level === 'warning')
    return sink && isSound ? [sink] : []
  })
  return { sinks, diagnostics }
}

type Report = (path: readonly (string | number)[], message: string, hint: string, level?: 'warning', on?: 'key') => void

class SinkReader {
  readonly #name: string
  readonly #kinds: ReadContext['kinds']
  readonly #report: Report
  readonly #secrets: string[] = []
  readonly #context: OptionContext

  constructor(name: string, section: WrittenSection, { kinds, env, report }: ReadContext & { report: Report }) {
    this.#name = name
    this.#kinds = kinds
    this.#report = report
    const keepSecret = (secret: string) => void this.#secrets.push(secret)
    this.#context = { section, env, folder: dirname(section.file), report, keepSecret }
  }

  read(written: unknown): ConfiguredSink | undefined {
    const name = this.#name
    if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(name)) {
      const hint = 'letters, digits, dots, dashes and underscores, at most 64'
      this.#report([name], 'this is no name for a sink', hint, undefined, 'key')
    }
    if (typeof written !== 'object' || written === null || Array.isArray(written)) {
      this.#report([name], 'a sink must be a mapping with a type', 'type: file, path: events.jsonl')
      return undefined
    }
    const given = written as Readonly<Record<string, unknown>>
    const kind = this.#readKind(given)
    const format = this.#choose(given, 'format') as EventFormatName
    const begin = this.#choose(given, 'begin') as 'start' | 'now'
    const exclude = this.#readExclude(given.exclude)
    const governor = this.#readGovernor(given)
    if (!kind) return undefined
    if (kind.forPeople && given.format !== undefined) {
      this.#report([name, 'format'], `format says nothing for ${kind.type}, which writes for people`, 'leave it out')
    }
    const options = this.#readOptions(given, kind)
    if (!options) return undefined
    const hide = createHider(this.#secrets)
    const open: ConfiguredSink['open'] = (context) =>
      openHiding((hidden) => kind.open(options, hidden), { ...context, name }, hide)
    this.#try(open)
    const identity = JSON.stringify([kind.type, format, exclude, begin, options, governor])
    return { name, kind, format, exclude, governor, begin, identity, open }
  }

  #readKind({ type }: Readonly<Record<string, unknown>>): SinkKind | undefined {
    const types = Object.keys(this.#kinds)
    if (type === undefined) {
      this.#report([this.#name], 'type is missing', `one of ${types.join(', ')}`, undefined, 'key')
    } else if (typeof type === 'string' && Object.hasOwn(this.#kinds, type)) {
      return this.#kinds[type]
    } else {
      const closest = typeof type === 'string' ? findClosest(type, types) : undefined
      const hint = closest ? `did you mean ${closest}?` : 'checks help sinks tells what each of them does'
      this.#report([this.#name, 'type'], `type must be one of ${types.join(', ')}`, hint)
    }
    return undefined
  }

  #choose(given: Readonly<Record<string, unknown>>, key: 'format' | 'begin'): string {
    const { choices, default: usual, help } = COMMON_OPTIONS[key]
    const value = given[key] ?? usual
    if (choices.some((choice) => choice === value)) return value as string
    const closest = typeof value === 'string' ? findClosest(value, choices) : undefined
    const hint = closest ? `did you mean ${closest}?` : help
    this.#report([this.#name, key], `${key} must be one of ${choices.join(', ')}`, hint)
    return usual
  }

  #readExclude(written: unknown): EventFilter[] {
    if (written === undefined) return []
    const path = [this.#name, 'exclude']
    const hint = '- { action: ASSET_COMPLIANCE, level: INFO }'
    if (!Array.isArray(written)) {
      this.#report(path, 'exclude must be a list of filters', hint)
      return []
    }
    return written.flatMap((each: unknown, at) => {
      if (typeof each !== 'object' || each === null || Array.isArray(each)) {
        this.#report([...path, at], 'a filter must be a mapping', hint)
        return []
      }
      const { filter, problems } = readFilter(each as Record<string, unknown>)
      for (const { key, ...problem } of problems) {
        this.#report(key === undefined ? [...path, at] : [...path, at, key], problem.message, problem.hint)
      }
      return problems.length > 0 ? [] : [filter]
    })
  }

  #readGovernor(given: Readonly<Record<string, unknown>>): Governor {
    const written = Object.entries(given).filter(([key]) => Object.hasOwn(GOVERNOR_KEYS, key))
    const { governor, problems } = readGovernor(Object.fromEntries(written))
    for (const { path, message, hint } of problems) this.#report([this.#name, ...path], message, hint)
    return governor
  }

  #readOptions(given: Readonly<Record<string, unknown>>, { options, type }: SinkKind): SinkOptions | undefined {
    const read: Record<string, SinkOptions[string]> = {}
    let isSound = true
    const known = [...Object.keys(options), ...Object.keys(COMMON_OPTIONS)]
    for (const [key, value] of Object.entries(given)) {
      if (Object.hasOwn(COMMON_OPTIONS, key)) continue
      const option = Object.hasOwn(options, key) ? options[key] : undefined
      if (!option) {
        const closest = findClosest(key, known)
        const hint = closest ? `did you mean ${closest}?` : `known: ${known.join(', ')}`
        this.#report([this.#name, key], `${type} has no option ${key}`, hint, undefined, 'key')
        continue
      }
      const found = readOption([this.#name, key], value, option, this.#context)
      if (found === undefined) isSound = false
      else read[key] = found
    }
    for (const [key, { required, help }] of Object.entries(options)) {
      if (!required || Object.hasOwn(given, key)) continue
      this.#report([this.#name], `${key} is missing`, help, undefined, 'key')
      isSound = false
    }
    return isSound ? read : undefined
  }

  /** What the kind itself finds wrong. */
  #try(open: ConfiguredSink['open']): void {
    try {
      void open({ clock: () => 0, log: () => {} }).close()
    } catch (error) {
      if (!(error instanceof OptionError)) throw error
      const { option, message, hint = '' } = error
      this.#report([this.#name, option], message.replace(`sink ${this.#name}: `, ''), hint)
    }
  }
}
