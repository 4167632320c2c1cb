import type { Database, Statement } from 'better-sqlite3'
import type { AlarmFilter, EventFilter } from '../core/delivery.ts'
import { LEVELS, type Level } from '../core/event.ts'

export interface StoredFilter {
  readonly id: number
  readonly filter: EventFilter
}

/** Filters that were set at run time, for all sinks. What is changed is in effect with the next event. */
export class SqliteFilters {
  readonly #list: Statement<[], { id: number; filter: string }>
  readonly #add: Statement<[string]>
  readonly #remove: Statement<[number], string>
  readonly #alarms: Statement<[], { action: string; level: number }>
  readonly #putAlarm: Statement<[string, number]>
  readonly #removeAlarm: Statement<[string], number>

  constructor(db: Database) {
    this.#list = db.prepare('SELECT id, filter FROM event_filter WHERE tenant = 0 ORDER BY id')
    this.#add = db.prepare('INSERT OR IGNORE INTO event_filter (filter) VALUES (?)')
    this.#remove = db
      .prepare<[number], string>('DELETE FROM event_filter WHERE tenant = 0 AND id = ? RETURNING filter')
      .pluck()
    this.#alarms = db.prepare('SELECT action, level FROM alarm_filter WHERE tenant = 0 ORDER BY action')
    this.#putAlarm = db.prepare(
      'INSERT INTO alarm_filter (action, level) VALUES (?, ?) ON CONFLICT DO UPDATE SET level = excluded.level WHERE level <> excluded.level',
    )
    this.#removeAlarm = db
      .prepare<[string], number>('DELETE FROM alarm_filter WHERE tenant = 0 AND action = ? RETURNING level')
      .pluck()
  }

  list(): StoredFilter[] {
    return this.#list.all().map(({ id, filter }) => ({ id, filter: JSON.parse(filter) as EventFilter }))
  }

  /** False when there is the same already. */
  add({ action, levels, check, tag, asset }: EventFilter): boolean {
    return this.#add.run(JSON.stringify({ action, levels, check, tag, asset })).changes > 0
  }

  /** The filter that was removed, if there was one. */
  remove(id: number): EventFilter | undefined {
    const text = this.#remove.get(id)
    return text === undefined ? undefined : (JSON.parse(text) as EventFilter)
  }

  alarms(): AlarmFilter[] {
    return this.#alarms.all().map(({ action, level }) => ({ action, level: LEVELS[level] as Level }))
  }

  /** An action has one level; false when it has this one already. */
  putAlarm({ action, level }: AlarmFilter): boolean {
    return this.#putAlarm.run(action, LEVELS.indexOf(level)).changes > 0
  }

  removeAlarm(action: string): AlarmFilter | undefined {
    const level = this.#removeAlarm.get(action)
    return level === undefined ? undefined : { action, level: LEVELS[level] as Level }
  }
}
