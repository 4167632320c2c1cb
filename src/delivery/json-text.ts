import { messageOf } from '../core/errors.ts'
import type { Outgoing, SendResult } from '../core/sink.ts'
import { forJson } from '../formats/escape.ts'

/** An event that can be sent, and its place in the batch. */
export interface Written {
  readonly index: number
  readonly text: string
  readonly outgoing: Outgoing
}

export interface WrittenBatch {
  readonly written: readonly Written[]
  /** Those that cannot be written as JSON at all. */
  readonly refused: NonNullable<SendResult['refused']>
}

/** Every event of a batch as one line of JSON, without the line's end, that is safe to show. */
export function writeJsonTexts(events: readonly Outgoing[]): WrittenBatch {
  const written: Written[] = []
  const refused: { index: number; message: string }[] = []
  for (const [index, outgoing] of events.entries()) {
    try {
      written.push({ index, text: writeJsonText(outgoing.document), outgoing })
    } catch (error) {
      refused.push({ index, message: `the event cannot be written as JSON: ${messageOf(error)}` })
    }
  }
  return { written, refused }
}

function writeJsonText(document: unknown): string {
  const text = JSON.stringify(document)
  if (text === undefined) throw new TypeError('there is no document')
  // Most events are plain: the search for what a reader cannot see costs several times as much.
  return /^[ -~]*$/.test(text) ? text : forJson(document)
}
