import { forJson } from '../memory.ts'

/** A command's answer for programs: one value as JSON that is safe to print, and a line break. */
export function toJson(value: unknown): string {
  return `${forJson(value, 2)}\n`
}
