import { DeliveryService } from '../delivery/delivery-service.ts'
import { registerSinkMetrics } from '../delivery/sink-metrics.ts'
import { readSinkReports } from '../delivery/steer-delivery.ts'
import { chooseAsset, openState } from '../state.ts'
import { ExpiryService } from '../waivers/expiry-service.ts'
import { createMetrics, serveMetrics } from './metrics.ts'
import { parseLoopback } from './parse-loopback.ts'
import { type RunWatchOptions, requireStatePath, runWatch } from './run-watch.ts'
import { readWatchRecord } from './watch-record.ts'

/** Watches as runWatch does, delivers to the configured sinks, and serves the metrics that the configuration asks for. @throws KeelsonError */
export async function startWatch(options: RunWatchOptions): Promise<void> {
  const { config } = options
  const state = requireStatePath(config)
  const delivery = new DeliveryService({ ...options, state })
  const { flags, log } = options
  const expiry = new ExpiryService({ flags, config, state, log, clock: Date.now, onTold: () => delivery.wake() })
  const services = [delivery, expiry, ...options.services]
  if (config.metrics === undefined) return runWatch({ ...options, services })
  const address = parseLoopback(config.metrics)
  const readPosture = async () => {
    const opened = await openState({ ...config, state }, { clock: Date.now, create: false })
    try {
      const asset = await chooseAsset(opened.store)
      return await opened.store.posture(asset, { at: Date.now(), now: Date.now() })
    } finally {
      await opened.close()
    }
  }
  const readPlan = () => readWatchRecord(state)?.plan ?? []
  const metrics = createMetrics({ readPosture, readPlan, clock: Date.now })
  const readSinks = async () => {
    const opened = await openState({ ...config, state }, { clock: Date.now, create: false })
    try {
      return readSinkReports(opened.store)
    } finally {
      await opened.close()
    }
  }
  registerSinkMetrics(metrics.registry, { readSinks, failures: delivery.failures, clock: Date.now })
  return runWatch({
    ...options,
    services: [...services, serveMetrics(metrics.registry, address)],
    onEvaluated: (_, took) => metrics.noteEvaluation(took),
    onFailure: (reason) => metrics.noteFailure(reason),
  })
}
