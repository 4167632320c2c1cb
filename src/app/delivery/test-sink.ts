import { randomUUID } from 'node:crypto'
import type { Config } from '../../config.ts'
import { KeelsonError } from '../../core/errors.ts'
import { type Event, toTimestamp } from '../../core/event.ts'
import { findClosest } from '../../core/find-closest.ts'
import { EVENT_FORMATS } from '../../formats/event-formats.ts'
import { createUuidOf } from '../../state/uuid-of.ts'
import type { Editor } from '../assets.ts'
import { findWatch } from '../watch/watch-lock.ts'
import { requireSinks } from './configured-sinks.ts'

export interface SinkTest extends Editor {
  readonly env: NodeJS.ProcessEnv
  /** The file of the state whose watch may be running; undefined: there is none. */
  readonly state: string | undefined
  /** Milliseconds. */
  readonly timeout: number
}

export interface SinkTested {
  /** The event's own UUID, to look for at the other side. */
  readonly uuid: string
  /** Why it was not taken; undefined when it was. */
  readonly problem: string | undefined
  /** Milliseconds. */
  readonly took: number
  readonly warnings: readonly string[]
}

/** Sends one event that is in no ledger, right now, whatever filters say. @throws KeelsonError for wrong settings */
export async function testSink(config: Config, name: string, test: SinkTest): Promise<SinkTested> {
  const { sinks, diagnostics } = requireSinks(config, test.env)
  const configured = sinks.find((sink) => sink.name === name)
  if (!configured) {
    const closest = findClosest(
      name,
      sinks.map((sink) => sink.name),
    )
    throw new KeelsonError('no-sink', `keelson.yaml has no sink called ${name}`, {
      hint: closest ? `did you mean ${closest}?` : 'write it below sinks: in keelson.yaml; checks help sinks tells how',
    })
  }
  const { kind, format } = configured
  if (kind.alone && test.state !== undefined && (await findWatch(test.state)) !== undefined) {
    throw new KeelsonError('watch/running', `the running watch writes to ${name}, and two must not do that at a time`, {
      hint: 'checks emit --type TEST --message "a test" sends an event through the watch',
    })
  }
  const event = makeTestEvent(name, test)
  const messages: string[] = []
  const sink = configured.open({ clock: Date.now, log: (message) => messages.push(message) })
  const started = performance.now()
  try {
    const document = EVENT_FORMATS[format](event, { ledger: event.uuid })
    const signal = AbortSignal.timeout(test.timeout)
    const { settled, refused, failure } = await sink.send([{ sequence: 0, event, document }], signal)
    const problem = refused?.[0]?.message ?? (settled === 1 ? undefined : (failure?.message ?? 'it was not taken'))
    const warnings = [...diagnostics.map(({ message }) => message), ...messages]
    return { uuid: event.uuid, problem, took: performance.now() - started, warnings }
  } finally {
    await sink.close()
  }
}

function makeTestEvent(name: string, { user, now }: Editor): Event {
  const message = `A test of the sink ${name}, sent by ${user}. Nothing has happened.`
  return {
    uuid: randomUUID(),
    timestamp: toTimestamp(now),
    level: 'INFO',
    action: 'SINK_TEST',
    meta: {
      kind: 'emitted',
      severity: 'information',
      originator: user,
      actor: 'keelson',
      message,
      alarm: false,
      data: {},
    },
    changes: null,
    item: null,
    company: null,
    user: { uuid: createUuidOf()(`user:${user}`), name: user },
    team: null,
    asset: null,
  }
}
