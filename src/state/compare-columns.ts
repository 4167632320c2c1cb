import type { Database, Statement } from 'better-sqlite3'
import { type Event, LEVELS, toTimestamp } from '../core/event.ts'
import { createUuidOf } from './uuid-of.ts'

/** The columns of an entry that its payload says too. */
export interface EntryColumns {
  readonly asset: number
  readonly assetSequence: number
  readonly check: number
  readonly action: number
  readonly level: number
  readonly observed: number
  readonly recorded: number
}

const MOST_TIMES = 1000
/** Where an event's text goes on after its UUID. */
const AFTER_UUID = '{"uuid":"'.length + 36
const TIMESTAMP = '","timestamp":"'
const TIMESTAMP_AT = AFTER_UUID + TIMESTAMP.length
const [ITEM, COMPANY, ASSET] = [',"item":', ',"company":', ',"asset":']

/** Compares entries' columns with their payloads. */
export class ColumnComparison {
  readonly #uuidOf = createUuidOf()
  readonly #asset: Statement<[number], string | null>
  readonly #check: Statement<[number, number], string>
  readonly #action: Statement<[number], string>
  readonly #assets = new Map<number, string | null>()
  readonly #checks = new Map<number, readonly string[]>()
  readonly #actions = new Map<number, string>()
  readonly #times = new Map<number, string>()
  readonly #ends = new Map<number, string>()
  readonly #items = new Map<number, string>()

  constructor(db: Database) {
    this.#asset = db.prepare<[number], string | null>('SELECT uuid FROM asset WHERE id = ?').pluck()
    this.#check = db
      .prepare<[number, number], string>(
        'SELECT name FROM check_name WHERE id = ? UNION SELECT name FROM former_name WHERE check_id = ?',
      )
      .pluck()
    this.#action = db.prepare<[number], string>('SELECT name FROM action_name WHERE id = ?').pluck()
  }

  /** The columns that do not say what the payload says. */
  compare(text: string, columns: EntryColumns): string[] {
    return this.isAsWritten(text, columns) ? [] : this.#compareParsed(text, columns)
  }

  /**
   * Whether the text is the very one that a payload of these columns has: much faster to tell than to parse it. False
   * says nothing: it may have been written in another way.
   */
  isAsWritten(text: string, { asset, assetSequence, check, action, level, observed, recorded }: EntryColumns): boolean {
    const begin = `${this.#timeOf(observed)}","level":"${LEVELS[level]}","action":"${this.#actionOf(action)}","meta":{"recorded_at":"${this.#timeOf(recorded)}","asset_sequence":${assetSequence}`
    if (!hasAt(text, begin, TIMESTAMP_AT) || !hasAt(text, TIMESTAMP, AFTER_UUID)) return false
    const after = text[TIMESTAMP_AT + begin.length]
    if (after !== ',' && after !== '}') return false
    return this.#endsAsWritten(text, asset, check)
  }

  /** An asset's events mostly end alike, and a check's name itself alike: what was found so once is compared whole. */
  #endsAsWritten(text: string, asset: number, check: number): boolean {
    const end = this.#ends.get(asset)
    const item = this.#items.get(check)
    if (end !== undefined && item !== undefined) {
      const endAt = text.length - end.length
      if (hasAt(text, end, endAt) && hasAt(text, item, endAt - item.length)) return true
    }
    // Quotes within strings are escaped, so that the last such key is the event's own.
    const itemAt = text.lastIndexOf(ITEM)
    const companyAt = text.lastIndexOf(COMPANY)
    const aboutAt = text.lastIndexOf(ASSET)
    if (itemAt < 0 || companyAt < itemAt || aboutAt < companyAt) return false
    const isItem =
      check === 0
        ? text.startsWith('null', itemAt + ITEM.length)
        : this.#itemsOf(check).some((id) => text.startsWith(`{"id":"${id}"`, itemAt + ITEM.length))
    const isAbout = text.startsWith(asset === 0 ? 'null}' : `{"uuid":"${this.#assetOf(asset)}"`, aboutAt + ASSET.length)
    if (!isItem || !isAbout) return false
    this.#ends.set(asset, text.slice(companyAt))
    this.#items.set(check, text.slice(itemAt, companyAt))
    return true
  }

  #compareParsed(text: string, columns: EntryColumns): string[] {
    const { timestamp, level, action, meta, item, asset } = JSON.parse(text) as Event
    const items = this.#itemsOf(columns.check)
    const agrees: Readonly<Record<string, boolean>> = {
      asset: (asset?.uuid ?? null) === (columns.asset === 0 ? null : this.#assetOf(columns.asset)),
      asset_sequence: meta?.asset_sequence === columns.assetSequence,
      check_id: columns.check === 0 ? item === null : items.includes(item?.id ?? ''),
      action: action === this.#actionOf(columns.action),
      level: level === LEVELS[columns.level],
      observed: Date.parse(timestamp) === columns.observed,
      recorded: Date.parse(String(meta?.recorded_at)) === columns.recorded,
    }
    return Object.keys(agrees).filter((column) => !agrees[column])
  }

  /** Entries of one report share their times. */
  #timeOf(time: number): string {
    if (this.#times.size >= MOST_TIMES) this.#times.clear()
    return remember(this.#times, time, () => toTimestamp(time))
  }

  #assetOf(id: number): string | null {
    return remember(this.#assets, id, () => this.#asset.get(id) ?? null)
  }

  #actionOf(id: number): string {
    return remember(this.#actions, id, () => this.#action.get(id) ?? '')
  }

  /** What events call a check: by the id that it has, or once had. */
  #itemsOf(id: number): readonly string[] {
    return remember(this.#checks, id, () => this.#check.all(id, id).map((name) => this.#uuidOf(`check:${name}`)))
  }
}

/** As startsWith, which takes thrice as long: it compares character by character. */
function hasAt(text: string, part: string, at: number): boolean {
  return text.slice(at, at + part.length) === part
}

function remember<Value>(known: Map<number, Value>, id: number, read: () => Value): Value {
  let value = known.get(id)
  if (value === undefined) {
    value = read()
    known.set(id, value)
  }
  return value
}
