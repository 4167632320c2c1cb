import type { HostTable } from '../host-table.ts'
import { readRecords } from '../passwd-file.ts'

/** Password states, from /etc/shadow. Needs root. */
export const shadow: HostTable = {
  name: 'shadow',
  *generate(context, host) {
    const asked = new Set(context.equals('username'))
    const seen = new Set<string>()
    for (const record of readRecords(host, '/etc/shadow')) {
      const [username = '', password = '', lastChange, min, max, warning, inactive, expire, flag] = record
      if (!isComplete(record) || (asked.size > 0 && (!asked.has(username) || seen.has(username)))) continue
      seen.add(username)
      yield {
        username,
        password_status: describePassword(password),
        hash_alg: /^\$(\w+)\$/.exec(password)?.[1],
        last_change: lastChange || -1,
        min: min || -1,
        max: max || -1,
        warning: warning || -1,
        inactive: inactive || -1,
        expire: expire || -1,
        flag: flag || null,
      }
    }
  },
}

function describePassword(password: string): string {
  if (password === '!!') return 'not_set'
  if (/^[!*x]/.test(password)) return 'locked'
  return password === '' ? 'empty' : 'active'
}

/** The C library takes nine fields, eight with the last one filled, or the old form that ends with the maximum age. */
function isComplete(fields: readonly string[]): boolean {
  const last = fields.at(-1)
  if (fields.length >= 9) return true
  return fields.length === 8 || fields.length === 5 ? last !== '' : fields.length === 6 && last === ''
}
