export type Schema = Readonly<Record<string, unknown>>

export const text = (description: string): Schema => ({ type: 'string', description })
export const count = (description: string, minimum = 0): Schema => ({ type: 'integer', minimum, description })
export const textOrNull = (description: string): Schema => ({ type: ['string', 'null'], description })
export const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` })
export const refOrNull = (name: string): Schema => ({ anyOf: [{ type: 'null' }, ref(name)] })

/** An object of exactly these keys. */
export const exactly = (properties: Readonly<Record<string, Schema>>, more: Schema = {}): Schema => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
  ...more,
})

/** An object that has these keys, and may have others; or null. */
export const atLeast = (
  properties: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
) => ({
  type: ['object', 'null'],
  required: Object.keys(properties),
  properties: { ...properties, ...optional },
})

export const TIME: Schema = {
  type: 'string',
  format: 'date-time',
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$',
  description: 'RFC 3339, with an offset.',
}
export const UUID: Schema = {
  type: 'string',
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
}
export const CHANGE = exactly({ last: {}, latest: {} }, { description: 'What it was, and what it is.' })
export const changeOf = (value: Schema): Schema => exactly({ last: value, latest: value })
