import { RecurrenceRule, scheduleJob } from 'node-schedule'

/** Seconds between two ticks of the wall clock. */
const TICK = 15

export interface TickOptions {
  readonly onTick: () => void
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** From 0 to 1: machines do not tick in step. */
  readonly random: () => number
}

/**
 * Calls `onTick` four times a minute by the wall clock, until the answer is called. node-schedule waits for the time of
 * its next tick: when the clock is set back that may be a day, and when it leaps ahead every tick between is made up
 * for. A second timer, which goes by no clock, begins anew then.
 */
export function startTicks({ onTick, clock, random }: TickOptions): () => void {
  const rule = new RecurrenceRule()
  const phase = Math.floor(random() * TICK)
  rule.second = Array.from({ length: 60 / TICK }, (_, index) => phase + index * TICK)
  const isFar = (time: number) => Math.abs(time - clock()) > 2 * TICK * 1000
  const job = scheduleJob(rule, (time) => {
    if (isFar(time.getTime())) job.reschedule(rule)
    onTick()
  })
  const guard = setInterval(() => {
    if (!isFar(job.nextInvocation()?.getTime() ?? 0)) return
    job.reschedule(rule)
    onTick()
  }, TICK * 1000)
  return () => {
    clearInterval(guard)
    job.cancel()
  }
}
