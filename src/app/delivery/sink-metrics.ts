import { Counter, Gauge, type Registry } from 'prom-client'
import type { SinkReport } from '../../core/sink-report.ts'

export interface SinkMetricsOptions {
  /** How things stand with every sink. */
  readonly readSinks: () => Promise<readonly SinkReport[]>
  /** Attempts that failed, by `SINK REASON`. */
  readonly failures: ReadonlyMap<string, number>
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** Measures of delivery, beside those of the watch. */
export function registerSinkMetrics(registry: Registry, { readSinks, failures, clock }: SinkMetricsOptions): void {
  const registers = [registry]
  let reading: Promise<void> | undefined
  const collect = () => {
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `keelson_sink_${name}`, help, labelNames: ['sink'], registers, collect })
  const counter = (name: string, help: string, ...labels: string[]) =>
    new Counter({ name: `keelson_sink_${name}_total`, help, labelNames: ['sink', ...labels], registers, collect })
  const queue = gauge('queue_entries', 'Entries of the ledger that are still to be looked at for the sink.')
  const age = gauge('oldest_age_seconds', 'How long ago the oldest of them was recorded; 0 when nothing waits.')
  const parked = gauge('parked_assets', 'Assets that are held back by an event which was refused for now.')
  const dead = gauge('dead_letters', 'Events that the sink refused for good, or that were skipped.')
  const failing = gauge('failing', '1 while the last attempt failed, 0 otherwise.')
  const paused = gauge('paused', '1 while an operator has paused it, 0 otherwise.')
  const delivered = counter('delivered', 'Events that the sink took.')
  const suppressed = counter('suppressed', 'Entries that were left out for the sink, by filters or as first passes.')
  const failed = counter('failures', 'Attempts of this watch that failed, by reason.', 'reason')
  async function read(): Promise<void> {
    const now = clock()
    const sinks = await readSinks()
    for (const metric of [queue, age, parked, dead, failing, paused, delivered, suppressed, failed]) metric.reset()
    for (const sink of sinks) {
      const labels = { sink: sink.name }
      queue.set(labels, sink.waiting)
      age.set(labels, sink.oldest === null ? 0 : Math.max(0, (now - sink.oldest) / 1000))
      parked.set(labels, sink.parked.length)
      dead.set(labels, sink.dead)
      failing.set(labels, sink.failure ? 1 : 0)
      paused.set(labels, sink.paused ? 1 : 0)
      delivered.inc(labels, sink.delivered)
      suppressed.inc(labels, sink.suppressed)
    }
    for (const [key, count] of failures) {
      const [sink = '', reason = ''] = key.split(' ')
      failed.inc({ sink, reason }, count)
    }
  }
}
