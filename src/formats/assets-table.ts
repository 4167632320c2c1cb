import { nameOf } from '../core/event.ts'
import type { KnownAsset } from '../core/store.ts'
import { describeMoment } from './describe-time.ts'
import { forTerminal } from './escape.ts'
import { createPaint } from './paint.ts'
import type { ReportOptions } from './report-options.ts'
import { type Word, wordsOf, wrapWords } from './wrap-words.ts'

const INDENT = 2
const LABEL_WIDTH = 'Company:  '.length
const DEFAULT_WIDTH = 100
const NARROWEST = 40

/** Assets for people, a block of lines each: what they are, whose they are, and when they were seen. */
export function formatAssets(assets: readonly KnownAsset[], { color, width }: ReportOptions = {}): string {
  const paint = createPaint(color)
  const room = Math.max(NARROWEST, width || DEFAULT_WIDTH) - INDENT - LABEL_WIDTH
  const blocks = assets.map((asset) => {
    const lines = describeFields(asset).flatMap(([label, text]) =>
      wrapWords(wordsOf(forTerminal(text)), room, paint).map((line, index) => {
        const start =
          index === 0
            ? paint('label', `${label}:`) + ' '.repeat(LABEL_WIDTH - label.length - 1)
            : ' '.repeat(LABEL_WIDTH)
        return ' '.repeat(INDENT) + start + line
      }),
    )
    const title: Word[] = [
      ...wordsOf(forTerminal(nameOf(asset)), 'strong'),
      ...(nameOf(asset) === asset.uuid ? [] : [{ text: asset.uuid, style: 'muted', gap: 2 } as const]),
    ]
    return [...wrapWords(title, room + INDENT + LABEL_WIDTH, paint), ...lines].join('\n')
  })
  return `${blocks.join('\n\n')}\n`
}

function describeFields(asset: KnownAsset): (readonly [label: string, text: string])[] {
  const { name, givenName, os, platform, osquery, owner, team, company, labels, firstSeenAt, lastSeenAt } = asset
  const system = [os || platform, osquery && `osquery ${osquery}`].filter(Boolean).join(', ')
  const whose = [owner.name, owner.email && `<${owner.email}>`].filter(Boolean).join(' ')
  const fields: (readonly [string, string])[] = [
    ['Reports', givenName !== null && name !== '' ? `as ${name}` : ''],
    ['System', system],
    ['Owner', whose],
    ['Team', team ?? ''],
    ['Company', company ?? ''],
    ['Labels', labels.join(', ')],
    [
      'Seen',
      `${lastSeenAt === null ? 'never' : `last ${describeMoment(lastSeenAt)}`}, known since ${describeMoment(firstSeenAt)}`,
    ],
  ]
  return fields.filter(([, text]) => text !== '')
}
