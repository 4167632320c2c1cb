import { evaluate } from './evaluate.ts'
import type { EvaluationOrder, Outcome, Progress } from './protocol.ts'

// The program of the process that evaluates for the watch. Between evaluations its memory is free, and whatever hangs in
// it can be killed. It listens to the watch alone: a terminal sends its signals to both.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
process.once('SIGTERM', endAtOnce)
process.once('disconnect', endAtOnce)

const send = (message: Outcome | Progress) => process.send?.(message)

process.once('message', async (order) => {
  const outcome = await evaluate(order as EvaluationOrder, { clock: Date.now, tell: send })
  process.off('disconnect', endAtOnce)
  process.send?.(outcome, undefined, {}, () => process.exit(0))
})

/** Lets what was started be ended, then ends without waiting for a thread that may hang in a system call. */
function endAtOnce(): void {
  process.emit('exit', 0)
  process.kill(process.pid, 'SIGKILL')
}
