import { createServer, type Server } from 'node:http'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { KeelsonError } from '../../core/errors.ts'
import type { CheckPosture } from '../../core/store.ts'
import { VERDICTS } from '../../core/verdict.ts'
import { isLoopback, type ListenAddress } from './parse-loopback.ts'
import type { PlannedCheck } from './protocol.ts'
import type { WatchService } from './run-watch.ts'

export interface MetricsOptions {
  /** What is known of the checks now. */
  readonly readPosture: () => Promise<readonly CheckPosture[]>
  /** The checks that are watched. */
  readonly readPlan: () => readonly PlannedCheck[]
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** Measures of a watch; others may register theirs beside them. */
export interface Metrics {
  readonly registry: Registry
  noteEvaluation(milliseconds: number): void
  noteFailure(reason: string): void
}

export function createMetrics({ readPosture, readPlan, clock }: MetricsOptions): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const duration = new Histogram({
    name: 'keelson_evaluation_duration_seconds',
    help: 'How long evaluations took.',
    buckets: [0.5, 1, 2, 5, 10, 30, 60, 120, 300],
    registers,
  })
  const failures = new Counter({
    name: 'keelson_evaluation_failures_total',
    help: 'Evaluations that failed, by reason: source, checks, failed, died.',
    labelNames: ['reason'],
    registers,
  })
  // One reading for all that it tells.
  let reading: Promise<void> | undefined
  const collect = () => {
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }
  const verdicts = new Gauge({
    name: 'keelson_check_verdict',
    help: '1 for the verdict that the check has now, 0 for the others.',
    labelNames: ['check', 'severity', 'verdict'],
    registers,
    collect,
  })
  const confirmed = new Gauge({
    name: 'keelson_check_confirmed_timestamp_seconds',
    help: 'When a report last told of the check.',
    labelNames: ['check', 'severity'],
    registers,
    collect,
  })
  const age = new Gauge({
    name: 'keelson_last_report_age_seconds',
    help: 'How long ago any check was last reported.',
    registers,
    collect,
  })
  async function read(): Promise<void> {
    const severities = new Map(readPlan().map(({ check, severity }) => [check, severity]))
    const postures = await readPosture()
    verdicts.reset()
    confirmed.reset()
    let last = 0
    for (const { check, verdict, seenAt } of postures) {
      const severity = severities.get(check) ?? 'unknown'
      for (const each of VERDICTS) verdicts.set({ check, severity, verdict: each }, each === verdict ? 1 : 0)
      if (seenAt !== null) confirmed.set({ check, severity }, seenAt / 1000)
      last = Math.max(last, seenAt ?? 0)
    }
    if (last > 0) age.set(Math.max(0, (clock() - last) / 1000))
  }
  return {
    registry,
    noteEvaluation: (milliseconds) => duration.observe(milliseconds / 1000),
    noteFailure: (reason) => failures.inc({ reason }),
  }
}

/** Serves a registry at `/metrics` for Prometheus. Only on loopback: who may read it sees what this machine lacks. */
export function serveMetrics(registry: Registry, { host, port }: ListenAddress): WatchService {
  const server = createServer((request, response) => {
    // A page in a browser on this machine may reach us under a name of its own.
    if (!isOurs(request.headers.host)) response.writeHead(403).end('give an address of loopback\n')
    else if (request.url !== '/metrics') response.writeHead(404).end('there is /metrics\n')
    else {
      registry.metrics().then(
        (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
        (error: Error) => response.writeHead(500).end(`${error.message}\n`),
      )
    }
  })
  server.requestTimeout = 5_000
  return { start: () => listen(server, host, port), stop: () => close(server) }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new KeelsonError('metrics', `the metrics cannot be served on ${host}:${port}: ${cause.message}`, {
          hint: 'choose another port: metrics: 127.0.0.1:9464',
          cause,
        }),
      )
    })
    server.listen(port, host, resolve)
  })
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  if (server.listening) await new Promise((resolve) => server.close(resolve))
}

function isOurs(header: string | undefined): boolean {
  return header !== undefined && isLoopback(header.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''))
}
