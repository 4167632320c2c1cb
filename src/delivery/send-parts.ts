import { messageOf } from '../core/errors.ts'
import type { Outgoing, SendResult, SinkFailure } from '../core/sink.ts'
import { settle } from './send-failure.ts'

/** An event as it is put into a request. */
export interface Piece {
  readonly outgoing: Outgoing
  readonly text: string
}

/**
 * What became of one request for several events:
 * - `settled`: so many of the first were taken or refused for good; the rest failed, or is to be sent next
 * - `refusal`: the request was refused for what is in it; `at` is the position of the culprit where that was told
 */
export type PartResult = SendResult | { readonly refusal: string; readonly at?: number | undefined }

export interface SendPartsOptions {
  /** The most bytes of one request; a single event may be larger. */
  readonly bytes: number
  /** The most events of one request. */
  readonly most?: number
  /** An event as text; one for which this throws is refused for good. */
  readonly write: (outgoing: Outgoing) => string
  readonly sendPart: (part: readonly Piece[]) => Promise<PartResult>
}

/**
 * Sends events in order, several at a time. A request that is refused is sent again in halves until the one event that
 * is to blame is found; that one is refused for good.
 */
export async function sendParts(events: readonly Outgoing[], options: SendPartsOptions): Promise<SendResult> {
  const pieces = events.map((outgoing) => writePiece(outgoing, options.write))
  const refused: { index: number; message: string }[] = []
  const limit = options.most ?? pieces.length
  let [from, most] = [0, limit]
  const refuse = (message: string) => {
    refused.push({ index: from, message })
    from++
  }
  while (from < pieces.length) {
    const first = pieces[from] as Piece | string
    if (typeof first === 'string') {
      refuse(first)
      continue
    }
    const part = takePart(pieces, from, most, options.bytes)
    const result = await options.sendPart(part)
    if ('refusal' in result) {
      const culprit = result.at !== undefined && result.at < part.length ? result.at : undefined
      if (part.length === 1 || culprit === 0) refuse(result.refusal)
      else most = culprit ?? Math.ceil(part.length / 2)
      continue
    }
    for (const { index, message } of result.refused ?? []) refused.push({ index: from + index, message })
    from += result.settled
    if (result.failure) return { ...settle(from, refused), failure: result.failure }
    if (result.settled === 0) return { ...settle(from, refused), failure: SILENT }
    most = Math.min(most * 2, limit)
  }
  return settle(pieces.length, refused)
}

/** An event's document as JSON. @throws TypeError when it has none */
export function writeDocument({ document }: Outgoing): string {
  const text = JSON.stringify(document)
  if (text === undefined) throw new TypeError('there is no document')
  return text
}

const SILENT: SinkFailure = { reason: 'server', message: 'nothing was taken' }

function writePiece(outgoing: Outgoing, write: SendPartsOptions['write']): Piece | string {
  try {
    return { outgoing, text: write(outgoing) }
  } catch (error) {
    return `the event cannot be written: ${messageOf(error)}`
  }
}

function takePart(pieces: readonly (Piece | string)[], from: number, most: number, bytes: number): Piece[] {
  const part: Piece[] = []
  let size = 0
  for (const piece of pieces.slice(from, from + most)) {
    if (typeof piece === 'string') break
    size += Buffer.byteLength(piece.text)
    if (size > bytes && part.length > 0) break
    part.push(piece)
  }
  return part
}
