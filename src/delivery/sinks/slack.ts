import { setTimeout as sleep } from 'node:timers/promises'
import type { Outgoing, SendResult, Sink, SinkContext, SinkKind, SinkOption, SinkOptions } from '../../core/sink.ts'
import { MOST_SLACK_EVENTS, toSlackMessage } from '../../formats/slack-message.ts'
import { HTTP_OPTIONS, HttpPlace, isAnswer, readUrl } from '../http-place.ts'
import { readSettings } from '../read-settings.ts'
import { failAt } from '../send-failure.ts'
import { type PartResult, sendParts } from '../send-parts.ts'

const OPTIONS = {
  url: { type: 'secret', required: true, help: 'the address of an incoming webhook, kept in an environment variable' },
  interval: { type: 'duration', default: 1, min: 0, max: 60, help: 'at least so long between two messages' },
  ...HTTP_OPTIONS,
} as const satisfies Record<string, SinkOption>

/** Posts events for people to read into a channel of Slack, up to ten in one message. */
export const slackSink: SinkKind = {
  type: 'slack',
  help: 'posts events for people to read into a channel of Slack',
  options: OPTIONS,
  batch: MOST_SLACK_EVENTS,
  forPeople: true,
  open: (options, context) => new SlackSink(options, context),
}

class SlackSink implements Sink {
  readonly #place: HttpPlace
  readonly #interval: number
  /** When a message may be posted again, in milliseconds of a clock that nobody sets. */
  #next = 0

  constructor(options: SinkOptions, context: SinkContext) {
    const settings = readSettings(OPTIONS, options, context)
    const headers = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'keelson' }
    const url = readUrl(settings.url, context)
    this.#interval = settings.interval * 1000
    this.#place = new HttpPlace({ url, settings, context, headers, secrets: [settings.url], secretPath: true })
  }

  send(events: readonly Outgoing[], signal: AbortSignal): Promise<SendResult> {
    return sendParts(events, {
      bytes: Number.POSITIVE_INFINITY,
      write: () => '',
      most: MOST_SLACK_EVENTS,
      sendPart: (part) =>
        this.#post(
          part.map(({ outgoing }) => outgoing),
          signal,
        ),
    }).catch((error) => failAt(0, { reason: 'local', message: `no message could be made: ${String(error)}` }))
  }

  async close(): Promise<void> {
    this.#place.close()
  }

  async #post(events: readonly Outgoing[], signal: AbortSignal): Promise<PartResult> {
    await sleep(Math.max(0, this.#next - performance.now()), undefined, { signal }).catch(() => {})
    this.#next = performance.now() + this.#interval
    const body = JSON.stringify(toSlackMessage(events.map(({ event }) => event)))
    const answer = await this.#place.post(body, {}, signal)
    if (!isAnswer(answer)) return { settled: 0, failure: answer }
    const { status } = answer
    if (status >= 200 && status < 300) return { settled: events.length }
    const advice = ADVICE.find(([word]) => answer.body.includes(word))?.[1]
    // https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors: what is said about
    // the webhook or its channel is mended in Slack; any other 400, such as invalid_payload, is about the message.
    if (advice || status === 404 || status === 410) {
      return { settled: 0, failure: this.#place.fail(answer, 'unauthorized', advice ?? RENEW) }
    }
    if (status === 400 || status === 413) return { refusal: this.#place.describe(answer) }
    return { settled: 0, failure: this.#place.fail(answer) }
  }
}

const RENEW = 'make a new incoming webhook in Slack and put its address into url'

const ADVICE: readonly (readonly [word: string, advice: string])[] = [
  ['channel_is_archived', 'unarchive the channel, or make an incoming webhook for another'],
  ['channel_not_found', 'the channel is gone: make an incoming webhook for another'],
  ['user_not_found', 'the user is gone: make an incoming webhook for a channel'],
  ['action_prohibited', 'an admin of the workspace restricts posting: ask for leave, or choose another channel'],
  ['posting_to_general_channel_denied', 'an admin restricts posting to this channel: choose another'],
  ['team_disabled', 'the workspace is disabled: ask its admins'],
  ['no_team', RENEW],
  ['no_active_hooks', RENEW],
  ['no_service', RENEW],
  ['invalid_token', RENEW],
]
