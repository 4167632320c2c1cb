import { forTerminal } from './escape.ts'

/** Where the names of our own properties belong. */
const NAMESPACE = 'urn:keelson:oscal'
/** Names that the model itself knows. */
const KNOWN: ReadonlySet<string> = new Set(['asset-id', 'label'])

/** A line that is neither empty nor begins or ends with a space. */
export function oscalLine(text: string): string {
  return forTerminal(text).trim() || '-'
}

/** Lines of text, as they were. */
export function oscalText(text: string): string {
  return forTerminal(text, { keepLines: true }).trim() || '-'
}

/** An identifier as the model has it: `AC-2(1)` becomes `ac-2.1`, and what begins with a digit gets `_` in front. */
export function oscalToken(id: string): string {
  const token = id
    .toLowerCase()
    .replace(/\s*\((\w+)\)/g, '.$1')
    .replace(/[^\p{L}\p{N}._-]/gu, '_')
  return /^[\p{L}_]/u.test(token) ? token : `_${token}`
}

/** A property, unless there is nothing to say. */
export function oscalProp(name: string, value: string): object[] {
  if (value.trim() === '') return []
  return [{ name, ...(!KNOWN.has(name) && { ns: NAMESPACE }), value: oscalLine(value) }]
}

/** A list under its name: the model has no empty ones. */
export function list(name: string, values: readonly object[]): Record<string, readonly object[]> {
  return values.length > 0 ? { [name]: values } : {}
}
