import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export const time: HostTable = {
  name: 'time',
  *generate(context, host) {
    const unixTime = Math.floor(Date.now() / 1000)
    const now = new Date(unixTime * 1000)
    const [clock] = now.toISOString().slice(11).split('.')
    const weekday = DAYS[now.getUTCDay()]!
    const iso = `${now.toISOString().slice(0, 19)}Z`
    const day = String(now.getUTCDate()).padStart(2, ' ')
    yield {
      weekday,
      year: now.getUTCFullYear(),
      month: now.getUTCMonth() + 1,
      day: now.getUTCDate(),
      hour: now.getUTCHours(),
      minutes: now.getUTCMinutes(),
      seconds: now.getUTCSeconds(),
      timezone: 'UTC',
      local_timezone: context.uses('local_timezone') ? nameTimeZone(unixTime, host) : undefined,
      unix_time: unixTime,
      timestamp: `${weekday.slice(0, 3)} ${MONTHS[now.getUTCMonth()]} ${day} ${clock} ${now.getUTCFullYear()} UTC`,
      datetime: iso,
      iso_8601: iso,
    }
  },
}

/** JavaScript knows offsets and long names but not the zone's own short one, such as CET. */
function nameTimeZone(unixTime: number, host: Host): string {
  return host.run('date', ['-d', `@${unixTime}`, '+%Z']).trim() || 'UTC'
}
