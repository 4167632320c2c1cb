import { type Event, LEVELS } from '../core/event.ts'
import { shortenText } from '../core/shorten-text.ts'
import { countOf } from './describe.ts'
import { describeEvent } from './describe-event.ts'
import { forTerminal, forXml } from './escape.ts'
import { describeEventFacts, listEventEvidence, titleOfEvent } from './event-words.ts'

export interface MailDigest {
  /** One line. */
  readonly subject: string
  readonly text: string
  readonly html: string
}

const LONGEST_SUBJECT = 150
const LONGEST_LINE = 1000
const MOST_ROWS = 10

/** Events as one mail, in their order, as text and as HTML. */
export function toMailDigest(events: readonly Event[], prefix: string): MailDigest {
  const worst = [...events].sort((one, other) => LEVELS.indexOf(other.level) - LEVELS.indexOf(one.level))[0]
  const title = worst ? titleOfEvent(worst) : 'no event'
  const summary = events.length > 1 ? `${countOf(events.length, 'event')}, such as ${title}` : title
  const subject = shortenText(forTerminal(`${prefix}: ${summary}`), LONGEST_SUBJECT)
  const sections = events.map(sectionOf)
  const text = sections.map(({ title, lines, evidence, facts }) => {
    return [title, ...lines, ...evidence.map((line) => `    ${line}`), facts].join('\n')
  })
  const html = sections.map(({ title, lines, evidence, facts }) => {
    const rows = evidence.length > 0 ? `<pre>${evidence.map(forXml).join('\n')}</pre>\n` : ''
    const said = lines.map((line) => `<p>${forXml(line)}</p>\n`).join('')
    return `<h3>${forXml(title)}</h3>\n${said}${rows}<p><small>${forXml(facts)}</small></p>`
  })
  const page = `<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n${html.join('\n<hr>\n')}\n</body></html>\n`
  return { subject, text: `${text.join('\n\n')}\n`, html: page }
}

interface Section {
  readonly title: string
  readonly lines: readonly string[]
  readonly evidence: readonly string[]
  readonly facts: string
}

function sectionOf(event: Event): Section {
  const fix = event.meta?.fix
  return {
    title: show(titleOfEvent(event)),
    lines: [show(describeEvent(event)), ...(typeof fix === 'string' && fix !== '' ? [`Fix: ${show(fix)}`] : [])],
    evidence: listEventEvidence(event, MOST_ROWS).map(show),
    facts: show(describeEventFacts(event).join(' · ')),
  }
}

function show(text: string): string {
  return shortenText(forTerminal(text), LONGEST_LINE)
}
