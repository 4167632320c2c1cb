import type { Event } from '../core/event.ts'
import { shortenText } from '../core/shorten-text.ts'
import { describeEvent } from './describe-event.ts'
import { forTerminal } from './escape.ts'
import { describeEventFacts, listEventEvidence, titleOfEvent } from './event-words.ts'

/** Events in one message: each takes up to five blocks, and Slack takes fifty. */
export const MOST_SLACK_EVENTS = 10

const LONGEST = { header: 150, section: 2900, context: 1900, evidence: 1500, text: 3000 }

type Block = Readonly<Record<string, unknown>>

/**
 * A message of an incoming webhook in Block Kit, and as text for notifications. What came from elsewhere stands in
 * plain text or in code blocks only: it makes no link, mentions nobody and has no emoji.
 * Limits: docs.slack.dev/reference/block-kit/blocks.
 */
export function toSlackMessage(events: readonly Event[]): { readonly text: string; readonly blocks: readonly Block[] } {
  const titles = events.map((event) => forSlack(titleOfEvent(event)))
  return { text: shorten(titles.join('\n'), LONGEST.text), blocks: events.flatMap(blocksOf) }
}

function blocksOf(event: Event): Block[] {
  const evidence = listEventEvidence(event, 5)
  const fix = event.meta?.fix
  return [
    { type: 'header', text: plain(titleOfEvent(event), LONGEST.header) },
    { type: 'section', text: plain(describeEvent(event), LONGEST.section) },
    ...(evidence.length > 0 ? [{ type: 'section', text: code(evidence) }] : []),
    ...(typeof fix === 'string' && fix !== ''
      ? [{ type: 'section', text: plain(`Fix: ${fix}`, LONGEST.section) }]
      : []),
    { type: 'context', elements: [plain(describeEventFacts(event).join(' · '), LONGEST.context)] },
  ]
}

function plain(text: string, most: number): Block {
  return { type: 'plain_text', text: shorten(forSlack(text), most) || '–', emoji: false }
}

// verbatim: otherwise Slack would look for names and addresses in it.
function code(lines: readonly string[]): Block {
  const text = lines.map((line) => forSlack(line).replaceAll('`', "'")).join('\n')
  return { type: 'mrkdwn', text: `\`\`\`${shorten(text, LONGEST.evidence)}\`\`\``, verbatim: true }
}

function forSlack(text: string): string {
  return forTerminal(text).replace(/[&<>]/g, (character) => ENTITIES[character] as string)
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** No entity is cut in half. */
function shorten(text: string, most: number): string {
  if (text.length <= most) return text
  return `${shortenText(text, most - 1)
    .slice(0, -1)
    .replace(/&[a-z]{0,3}$/, '')}…`
}
