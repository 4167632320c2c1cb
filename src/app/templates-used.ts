import type { Check, Clause, Library, Template } from '../core/check.ts'

type Templates = Library['templates']

/** The names of the templates that a definition uses, with those that these use. */
export function templatesUsed({ platforms }: Pick<Check | Template, 'platforms'>, templates: Templates): Set<string> {
  const used = new Set(Object.values(platforms).flatMap(templatesOf))
  // A set is walked with what is added on the way.
  for (const name of used) {
    for (const inner of Object.values(templates.get(name)?.platforms ?? {}).flatMap(templatesOf)) used.add(inner)
  }
  return used
}

function templatesOf({ use, all = [], any = [], first = [], not }: Clause): string[] {
  const inner = [...all, ...any, ...first, ...(not ? [not] : [])].flatMap(templatesOf)
  return use === undefined ? inner : [use, ...inner]
}
