export type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object'

/** The part of JSON Schema (draft 2020-12) that our schemas use, and that `validate` understands. */
export interface JsonSchema {
  readonly $schema?: string
  readonly $id?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly $ref?: string
  /** Says in a few words what a value is: "a duration such as 7d". Messages use it. */
  readonly title?: string
  readonly description?: string
  readonly type?: JsonType | readonly JsonType[]
  readonly enum?: readonly (string | number | boolean | null)[]
  readonly pattern?: string
  /** What text that misses `pattern` should have been; editors show it as well. */
  readonly patternErrorMessage?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: JsonSchema
  readonly minItems?: number
  readonly uniqueItems?: boolean
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: false | JsonSchema
  readonly propertyNames?: JsonSchema
  readonly minProperties?: number
  readonly dependentRequired?: Readonly<Record<string, readonly string[]>>
  /** Only to say that exactly one of some keys must be there: each member is `{ required: [key] }`. */
  readonly oneOf?: readonly { readonly required: readonly [string] }[]
  /** Alternatives that differ in type, or in a required key. */
  readonly anyOf?: readonly JsonSchema[]
  /** Ours: how to mend a value of the wrong type. */
  readonly 'x-hint'?: string
}
