/**
 * Why bytes are no message that we take.
 * - `version`: neither the strict header's version nor, where allowed, the old header
 * - `kind`: a reply where a request belongs, or the other way round
 * - `type`: a value of a type that the protocol does not have
 * - `length`: a negative length or count
 * - `size`: longer than the cap allows
 * - `depth`: nested deeper than the cap allows
 * - `shape`: well-formed, but not what the method answers
 */
export type MessageFault = 'version' | 'kind' | 'type' | 'length' | 'size' | 'depth' | 'shape'

/** Bytes that are no acceptable message; nothing after them can be trusted. */
export class MessageError extends Error {
  override readonly name = 'MessageError'
  readonly fault: MessageFault
  /** Where in the message, in bytes from its first. */
  readonly offset: number

  constructor(fault: MessageFault, message: string, offset: number) {
    super(`${message} (at byte ${offset} of the message)`)
    this.fault = fault
    this.offset = offset
  }
}
