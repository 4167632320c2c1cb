import type { AlarmFilter, EventFilter } from '../../core/delivery.ts'
import { type DeliveryAct, type DeliveryChange, toDeliveryEntry } from '../../core/delivery-act.ts'
import { KeelsonError } from '../../core/errors.ts'
import { findClosest } from '../../core/find-closest.ts'
import type { DeadLetter, SinkReport } from '../../core/sink-report.ts'
import { SqliteFilters, type StoredFilter } from '../../state/sqlite-filters.ts'
import { listDead, reportSinks } from '../../state/sqlite-sinks.ts'
import type { SqliteStore } from '../../state/sqlite-store.ts'
import { SinkSteering } from '../../state/steer-sinks.ts'
import type { Editor } from '../assets.ts'

export type { DeadLetter, SinkReport, StoredFilter }

export type SinkAct = Extract<DeliveryAct, 'retry' | 'skip' | 'pause' | 'resume' | 'redrive'>

export interface SinkSteer extends Editor {
  readonly act: SinkAct
  /** For `skip`: only what holds back this asset, by its UUID. */
  readonly asset?: string
  /** For `redrive`: only this dead letter. */
  readonly sequence?: number
}

/** Does something to a sink, recorded in the ledger. Answers the entries that are meant. @throws KeelsonError */
export function steerSink(store: SqliteStore, name: string, { act, user, now, asset, sequence }: SinkSteer): number[] {
  return store.maintain((append) => {
    const sink = SinkSteering.find(store.db, name)
    if (!sink) throw unknownSink(store, name)
    let sequences: number[] = []
    if (act === 'retry') sink.retry(now)
    else if (act === 'pause' || act === 'resume') sink.setPaused(act === 'pause')
    else if (act === 'redrive') sequences = sink.redrive(sequence)
    else sequences = sink.skip({ message: `skipped by ${user}`, now, ...(asset === undefined ? {} : { asset }) })
    if ((act === 'skip' || act === 'redrive') && sequences.length === 0) throw nothingTo(act, name)
    const meant = sequences.length > 0 ? { sequences } : {}
    append(toDeliveryEntry({ act, sink: name, user, now, ...meant }))
    return sequences
  })
}

export function readSinkReports(store: SqliteStore): SinkReport[] {
  return reportSinks(store.db)
}

/** @throws KeelsonError for a sink that nothing was ever delivered to */
export function readDeadLetters(store: SqliteStore, name: string): DeadLetter[] {
  if (!SinkSteering.find(store.db, name)) throw unknownSink(store, name)
  return listDead(store.db, name)
}

export interface FilterSet {
  readonly filters: readonly StoredFilter[]
  readonly alarms: readonly AlarmFilter[]
}

export function readFilterSet({ db }: SqliteStore): FilterSet {
  const filters = new SqliteFilters(db)
  return { filters: filters.list(), alarms: filters.alarms() }
}

/** False when there is the same one already. */
export function addFilter(store: SqliteStore, filter: EventFilter, editor: Editor): boolean {
  return changeFilters(store, editor, (filters) => (filters.add(filter) ? { act: 'filter_added', filter } : undefined))
}

/** False when there is no such one. */
export function removeFilter(store: SqliteStore, id: number, editor: Editor): boolean {
  return changeFilters(store, editor, (filters) => {
    const filter = filters.remove(id)
    return filter && { act: 'filter_removed', filter }
  })
}

/** False when there is the same one already. An action has one level. */
export function addAlarm(store: SqliteStore, alarm: AlarmFilter, editor: Editor): boolean {
  return changeFilters(store, editor, (filters) =>
    filters.putAlarm(alarm) ? { act: 'alarm_added', filter: alarm } : undefined,
  )
}

export function removeAlarm(store: SqliteStore, action: string, editor: Editor): boolean {
  return changeFilters(store, editor, (filters) => {
    const filter = filters.removeAlarm(action)
    return filter && { act: 'alarm_removed', filter }
  })
}

function changeFilters(
  store: SqliteStore,
  { user, now }: Editor,
  change: (filters: SqliteFilters) => Pick<DeliveryChange, 'act' | 'filter'> | undefined,
): boolean {
  return store.maintain((append) => {
    const changed = change(new SqliteFilters(store.db))
    if (changed) append(toDeliveryEntry({ ...changed, user, now }))
    return changed !== undefined
  })
}

function unknownSink(store: SqliteStore, name: string): KeelsonError {
  const names = reportSinks(store.db).map((sink) => sink.name)
  const closest = findClosest(name, names)
  return new KeelsonError('no-sink', `nothing was ever delivered to a sink called ${name}`, {
    hint: closest
      ? `did you mean ${closest}?`
      : 'checks watch delivers to the sinks of keelson.yaml; checks sinks lists them',
  })
}

function nothingTo(act: 'skip' | 'redrive', name: string): KeelsonError {
  const message = act === 'skip' ? `no event holds back the sink ${name}` : `the sink ${name} has no such dead letters`
  return new KeelsonError('nothing-selected', message, { hint: 'checks sinks tells how things stand' })
}
