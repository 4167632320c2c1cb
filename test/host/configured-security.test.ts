import { chmodSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Host } from '../../src/host/host.ts'
import { runInstalled } from '../../src/host/run-installed.ts'
import { makeMachine } from './open-file-tables.ts'
import { createMachine, createMachineWithProgram, openSystemTables } from './open-system-tables.ts'

/** What programs really print: see test/vectors/tables/README.md. */
const recorded = (name: string) => new URL(`../vectors/tables/${name}`, import.meta.url).pathname

function queryWith(program: string, script: string) {
  return openSystemTables(createMachineWithProgram(program, script))
}

describe('sshd_effective_config', () => {
  it('has each option with its value, several times where it may be given several times', () => {
    const query = queryWith('sshd', `cat ${recorded('sshd-T.txt')}`)
    const values = (option: string) => query(`SELECT value FROM sshd_effective_config WHERE option = '${option}'`)
    expect(values('permitrootlogin')).toEqual([{ value: 'without-password' }])
    expect(values('listenaddress')).toEqual([{ value: '[::]:22' }, { value: '0.0.0.0:22' }])
    expect(query('SELECT count(*) AS n FROM sshd_effective_config')).toEqual([{ n: '93' }])
  })

  it('says how to mend what keeps sshd from telling where systemd starts it for each login', () => {
    const query = queryWith('sshd', 'echo "Missing privilege separation directory: /run/sshd" >&2; exit 255')
    expect(() => query('SELECT * FROM sshd_effective_config')).toThrow(/\/run\/sshd .*: it is made by the first login/)
  })

  it('fails with the words of sshd where it refuses', () => {
    const query = queryWith('sshd', 'echo "sshd: no hostkeys available -- exiting." >&2; exit 1')
    expect(() => query('SELECT * FROM sshd_effective_config')).toThrow('cannot run sshd: sshd: no hostkeys available')
  })
})

describe('a program that a table reads', () => {
  const program = 'keelson-no-such-program'

  it('that is missing with its configuration has nothing to tell', () => {
    expect(runInstalled(new Host(), program, [], ['/nowhere/such.conf'])).toBeUndefined()
  })

  it('that is missing while its configuration is there is an error', () => {
    expect(() => runInstalled(new Host(), program, [], ['/nowhere/x', '/etc/passwd'])).toThrow(
      `cannot run ${program}: it is not installed, though /etc/passwd is there`,
    )
  })

  it('that is missing is an error where its absence proves nothing', () => {
    expect(() => runInstalled(new Host(), program, [])).toThrow(`cannot run ${program}: it is not installed`)
  })

  it('is not run for another root than that of the machine', () => {
    const query = openSystemTables(createMachine({}))
    for (const table of ['auditctl_rules', 'nft_rules', 'sshd_effective_config', 'ufw_status']) {
      expect(() => query(`SELECT * FROM ${table}`)).toThrow('not the real machine')
    }
  })

  it('is run for another root where it stands there itself', () => {
    const host = createMachine({ '/usr/sbin/auditctl': '#!/bin/sh\necho "asked: $*"\n' })
    expect(() => host.run('auditctl', ['-l'])).toThrow('not the real machine')
    chmodSync(host.at('/usr/sbin/auditctl'), 0o755)
    expect(host.run('auditctl', ['-l'])).toBe('asked: -l\n')
  })
})

describe('nft_rules', () => {
  const script = `case "$*" in *-j*) cat ${recorded('nft-j.json')};; *) cat ${recorded('nft-a.txt')};; esac`

  it('has every rule in words and as JSON, with what its chain does by itself', () => {
    const query = queryWith('nft', script)
    const rows = query("SELECT * FROM nft_rules WHERE hook = 'input'")
    expect(rows.map(({ rule }) => rule)).toEqual([
      'ct state vmap { invalid : drop, established : accept, related : accept }',
      'iif "lo" accept comment "loop # handle 9"',
      'ip saddr { 10.0.0.0/8, 100.64.0.0/10, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16, 203.0.113.0/24 } tcp dport { 22, 443 } counter accept',
      'ip saddr @blocked log prefix "blocked { " drop',
      'jump other',
    ])
    expect(rows[1]).toMatchObject({
      family: 'inet',
      table_name: 'filter',
      chain: 'input',
      type: 'filter',
      priority: '0',
      policy: 'drop',
      handle: '8',
      comment: 'loop # handle 9',
    })
    expect(JSON.parse(rows[4]?.expression ?? '')).toEqual([{ jump: { target: 'other' } }])
  })

  it('has one row without a rule for a chain that has none, and no hook for one that is only jumped to', () => {
    const query = queryWith('nft', script)
    expect(query("SELECT policy, handle, rule FROM nft_rules WHERE hook = 'forward'")).toEqual([
      { policy: 'drop', handle: '', rule: '' },
    ])
    expect(query("SELECT hook, rule FROM nft_rules WHERE chain = 'other'")).toEqual([
      { hook: '', rule: 'icmp type echo-request limit rate 5/second accept' },
    ])
    expect(query("SELECT count(*) AS n FROM nft_rules WHERE family = 'ip' AND priority = 100")).toEqual([{ n: '1' }])
  })

  it('joins a rule that nft writes on several lines, and takes no comment of a chain for a part of one', () => {
    const chain = '{"chain":{"family":"ip","table":"t","name":"c","handle":1}}'
    const rule = '{"rule":{"family":"ip","table":"t","chain":"c","handle":2,"expr":[]}}'
    const text =
      'table ip t {\\n\\tchain c {\\n\\t\\tcomment "about c"\\n\\t\\tip saddr { 1.2.3.4,\\n\\t\\t\\t     5.6.7.8 } drop # handle 2\\n\\t}\\n}\\n'
    const query = queryWith(
      'nft',
      `case "$*" in *-j*) echo '{"nftables":[${chain},${rule}]}';; *) printf '${text}';; esac`,
    )
    expect(query('SELECT rule FROM nft_rules')).toEqual([{ rule: 'ip saddr { 1.2.3.4, 5.6.7.8 } drop' }])
  })

  it('fails when somebody keeps changing the rules meanwhile, and where nft may not look', () => {
    const changing = `case "$*" in *-j*) cat ${recorded('nft-j.json')};; *) echo;; esac`
    expect(() => queryWith('nft', changing)('SELECT * FROM nft_rules')).toThrow('changed while it was read')
    const refusing = 'echo "Operation not permitted (you must be root)" >&2; exit 1'
    expect(() => queryWith('nft', refusing)('SELECT * FROM nft_rules')).toThrow('Operation not permitted')
    expect(() => queryWith('nft', 'echo nonsense')('SELECT * FROM nft_rules')).toThrow('cannot understand the JSON')
  })
})

describe('ufw_status', () => {
  it('has the defaults and every rule', () => {
    const query = queryWith('ufw', `cat ${recorded('ufw-status-verbose.txt')}`)
    expect(
      query('SELECT DISTINCT status, logging, default_incoming, default_outgoing, default_routed FROM ufw_status'),
    ).toEqual([
      {
        status: 'active',
        logging: 'on (low)',
        default_incoming: 'deny',
        default_outgoing: 'allow',
        default_routed: 'disabled',
      },
    ])
    const rules = query('SELECT destination, action, direction, source, ipv6, log, comment FROM ufw_status')
    expect(rules).toHaveLength(15)
    expect(rules.slice(0, 3)).toEqual([
      { destination: '22/tcp', action: 'allow', direction: 'in', source: 'Anywhere', ipv6: '0', log: '', comment: '' },
      {
        destination: '443/tcp',
        action: 'limit',
        direction: 'in',
        source: '10.0.0.0/8',
        ipv6: '0',
        log: '',
        comment: 'web in',
      },
      {
        destination: '80 on eth0',
        action: 'allow',
        direction: 'in',
        source: 'Anywhere',
        ipv6: '0',
        log: '',
        comment: '',
      },
    ])
    expect(rules[10]).toEqual({
      destination: '23/tcp (v6)',
      action: 'reject',
      direction: 'in',
      source: 'Anywhere (v6)',
      ipv6: '1',
      log: 'log',
      comment: '',
    })
    expect(rules[9]?.destination).toBe('22/tcp (OpenSSH (v6))')
    expect(rules[13]).toMatchObject({ destination: 'Anywhere on eth2', direction: 'fwd', source: 'Anywhere on eth1' })
  })

  it('says that it is inactive, and nothing else', () => {
    const query = queryWith('ufw', `cat ${recorded('ufw-inactive.txt')}`)
    expect(query('SELECT status, default_incoming, rule FROM ufw_status')).toEqual([
      { status: 'inactive', default_incoming: '', rule: '' },
    ])
  })

  it('fails where ufw refuses, or says what is not understood', () => {
    const refusing = queryWith('ufw', 'echo "ERROR: You need to be root to run this script" >&2; exit 1')
    expect(() => refusing('SELECT * FROM ufw_status')).toThrow('You need to be root')
    expect(() => queryWith('ufw', 'echo Zustand: aktiv')('SELECT * FROM ufw_status')).toThrow('cannot understand')
    const odd = queryWith(
      'ufw',
      'printf "Status: active\\n\\nTo  Action  From\\n--  ------  ----\\n22 MAYBE IN Anywhere\\n"',
    )
    expect(() => odd('SELECT * FROM ufw_status')).toThrow('cannot understand a rule of ufw: 22 MAYBE IN Anywhere')
  })
})

describe('auditctl_rules', () => {
  const answering = (list: string) =>
    `case "$1" in -l) cat ${recorded(list)};; -s) cat ${recorded('auditctl-s.txt')};; esac`

  it('takes rules apart', () => {
    const rows = queryWith('auditctl', answering('auditctl-l.txt'))('SELECT * FROM auditctl_rules')
    expect(rows.map(({ rule }) => rule).join('\n')).toBe(readFileSync(recorded('auditctl-l.txt'), 'utf8').trim())
    const none = { list: '', action: '', arch: '', syscalls: '', fields: '', path: '', permissions: '', enabled: '0' }
    const filter = { ...none, kind: 'filter', list: 'exit', action: 'always', arch: 'b64' }
    expect(rows.map(({ rule, number, ...rest }) => rest)).toEqual([
      { ...filter, syscalls: 'adjtimex,settimeofday', key: 'time-change' },
      { ...none, kind: 'watch', path: '/etc/passwd', permissions: 'wa', key: 'identity' },
      { ...filter, syscalls: 'open,openat', fields: 'exit=-EACCES auid>=1000 auid!=-1', key: 'access' },
      { ...filter, list: 'exclude', action: 'never', arch: '', fields: 'msgtype=CWD', key: '' },
    ])
    expect(rows.map(({ number }) => number)).toEqual(['1', '2', '3', '4'])
  })

  it('has no row where the kernel has no rules, and fails where we may not ask', () => {
    expect(queryWith('auditctl', answering('auditctl-none.txt'))('SELECT * FROM auditctl_rules')).toEqual([])
    const refusing = queryWith('auditctl', 'echo "You must be root to run this program." >&2; exit 4')
    expect(() => refusing('SELECT * FROM auditctl_rules')).toThrow('You must be root')
  })
})

describe('login_defs', () => {
  it('reads settings as the shadow tools do', () => {
    const text = '# PASS_MAX_DAYS 1\nPASS_MAX_DAYS\t99999\n  UMASK 022  \n\nSU_NAME "su" x\nEMPTY\nPASS_MAX_DAYS 365\n'
    const { query } = makeMachine({ '/etc/login.defs': text, '/usr/etc/login.defs': 'UMASK 077\n' })
    expect(query('SELECT name, value, line FROM login_defs ORDER BY line')).toEqual([
      { name: 'UMASK', value: '022', line: '3' },
      { name: 'SU_NAME', value: 'su', line: '5' },
      { name: 'EMPTY', value: '', line: '6' },
      { name: 'PASS_MAX_DAYS', value: '365', line: '7' },
    ])
  })

  it('takes what the distribution ships where /etc has none, and has no rows without either', () => {
    const { query } = makeMachine({ '/usr/etc/login.defs': 'UMASK 077\n' })
    expect(query('SELECT * FROM login_defs')).toEqual([
      { name: 'UMASK', value: '077', path: '/usr/etc/login.defs', line: '1' },
    ])
    expect(makeMachine({}).query('SELECT * FROM login_defs')).toEqual([])
  })
})
