import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/core/event.ts'
import { formatSyslog, type SyslogSender } from '../../src/formats/syslog-message.ts'

const SENDER: SyslogSender = {
  facility: 'local0',
  hostname: 'sender.example.net',
  appName: 'keelson',
  processId: 42,
  enterprise: undefined,
}

const EVENT: Event = {
  uuid: '00000000-0000-5000-8000-000000000001',
  timestamp: '2026-03-04T14:18:14.000+00:00',
  level: 'ERROR',
  action: 'ASSET_COMPLIANCE',
  meta: { sequence: 7, check: 'host-firewall', verdict: 'fail' },
  changes: null,
  item: { id: '11111111-0000-5000-8000-000000000000', name: 'Host firewall is on' },
  company: null,
  user: null,
  team: null,
  asset: { uuid: '22222222-0000-4000-8000-000000000000', name: 'host-1' },
}

const HEADER = '1 2026-03-04T14:18:14.000+00:00 sender.example.net keelson 42 ASSET_COMPLIANCE'

describe('a syslog message', () => {
  it('has priority, time, host, application, process and action, and no structured data without a number', () => {
    expect(formatSyslog(EVENT, '{"a":1}', SENDER)).toBe(`<131>${HEADER} - {"a":1}`)
  })

  it.each([
    ['CRITICAL', 'kern', 2],
    ['WARNING', 'audit', 13 * 8 + 4],
    ['INFO', 'local7', 23 * 8 + 6],
  ] as const)('of %s and %s has its priority', (level, facility, priority) => {
    expect(formatSyslog({ ...EVENT, level }, '{}', { ...SENDER, facility })).toMatch(new RegExp(`^<${priority}>1 `))
  })

  it('has our fields as structured data under the number that was given', () => {
    const data =
      '[keelson@32473 uuid="00000000-0000-5000-8000-000000000001" sequence="7" level="ERROR"' +
      ' asset="22222222-0000-4000-8000-000000000000" asset_name="host-1" check="host-firewall"' +
      ' title="Host firewall is on" verdict="fail"]'
    expect(formatSyslog(EVENT, '{}', { ...SENDER, enterprise: 32473 })).toBe(`<131>${HEADER} ${data} {}`)
  })

  it('leaves out what an event does not have', () => {
    const bare = { ...EVENT, meta: null, item: null, asset: null }
    expect(formatSyslog(bare, '{}', { ...SENDER, enterprise: 1 })).toContain(
      '[keelson@1 uuid="00000000-0000-5000-8000-000000000001" level="ERROR"] {}',
    )
  })

  it('escapes what would end a value, and shows what cannot be seen', () => {
    const item = { id: 'x', name: 'a"b\\c]d\ne\u202ef' }
    const message = formatSyslog({ ...EVENT, item }, '{}', { ...SENDER, enterprise: 1 })
    expect(message).toContain('title="a\\"b\\\\c\\]d e\\\\u{202e}f"')
  })

  it('writes JSON in ASCII, the same value, so that it needs no byte order mark', () => {
    const value = { text: 'é😀\u2028\u007f\ud800' }
    const message = formatSyslog(EVENT, JSON.stringify(value), SENDER)
    expect(message).toMatch(/^[ -~]+$/)
    expect(JSON.parse(message.slice(message.indexOf('{')))).toEqual(value)
  })

  it('keeps hostile words of the header to one word each', () => {
    const hostile = { ...EVENT, action: `A B\n<0>1 é${'x'.repeat(99)}`, timestamp: 'yesterday' }
    const [, time, host, application, , action] = formatSyslog(hostile, '{}', {
      ...SENDER,
      hostname: 'a b\tc',
      appName: '',
    }).split(' ')
    expect([time, host, application]).toEqual(['-', 'a_b_c', '-'])
    expect(action).toBe(`A_B_<0>1_${'x'.repeat(23)}`)
  })
})
