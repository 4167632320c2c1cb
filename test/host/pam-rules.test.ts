import { describe, expect, it } from 'vitest'
import { makeMachine } from './open-file-tables.ts'

const rulesOf = (files: Record<string, string>, where = '1') =>
  makeMachine(files)
    .query(`SELECT * FROM pam_rules WHERE ${where}`)
    .map(({ service, type, control, module, arguments: given, silent, path, line }) =>
      [service, `${silent === '1' ? '-' : ''}${type}`, control, module, given, `${path}:${line}`].join(' | '),
    )

describe('pam_rules', () => {
  it('reads comments, continued lines, controls and arguments in brackets', () => {
    const text = `# a comment
auth\trequired  pam_env.so   # read
-SESSION [success=ok   default=bad] pam_x.so [arg with spaces]  two
account required \\
  pam_unix.so \\
  nullok # not this \\
password requisite pam_pwquality.so retry=3
`
    expect(rulesOf({ '/etc/pam.d/sshd': text })).toEqual([
      'sshd | auth | required | pam_env.so |  | /etc/pam.d/sshd:2',
      'sshd | -session | [success=ok default=bad] | pam_x.so | [arg with spaces] two | /etc/pam.d/sshd:3',
      'sshd | account | required | pam_unix.so | nullok | /etc/pam.d/sshd:4',
      'sshd | password | requisite | pam_pwquality.so | retry=3 | /etc/pam.d/sshd:7',
    ])
  })

  it('follows includes where they stand: all of a file, or its rules of one type', () => {
    const files = {
      '/etc/pam.d/common': 'auth required pam_a.so\nsession required pam_s.so\n',
      '/etc/pam.d/x': '@include common\nauth include common\nsession substack common\nauth required pam_last.so\n',
    }
    expect(rulesOf(files, "service = 'x'")).toEqual([
      'x | auth | required | pam_a.so |  | /etc/pam.d/common:1',
      'x | session | required | pam_s.so |  | /etc/pam.d/common:2',
      'x | auth | required | pam_a.so |  | /etc/pam.d/common:1',
      'x | session | substack | common |  | /etc/pam.d/x:3',
      'x | session | required | pam_s.so |  | /etc/pam.d/common:2',
      'x | auth | required | pam_last.so |  | /etc/pam.d/x:4',
    ])
  })

  it('lets a file in /etc take the place of one that the distribution ships', () => {
    const files = {
      '/etc/pam.d/su': 'auth required pam_wheel.so\n',
      '/usr/lib/pam.d/su': 'auth sufficient pam_permit.so\n',
      '/usr/lib/pam.d/login': '@include su\n',
      '/etc/pam.d/su.dpkg-old': 'auth sufficient pam_permit.so\n',
    }
    expect(rulesOf(files)).toEqual([
      'login | auth | required | pam_wheel.so |  | /etc/pam.d/su:1',
      'su | auth | required | pam_wheel.so |  | /etc/pam.d/su:1',
    ])
  })

  it('reads pam.conf where there is no folder, with the service in front, and has no rows without PAM', () => {
    const file = 'login auth required pam_a.so\nOTHER auth required pam_deny.so\n'
    expect(rulesOf({ '/etc/pam.conf': file })).toEqual([
      'login | auth | required | pam_a.so |  | /etc/pam.conf:1',
      'other | auth | required | pam_deny.so |  | /etc/pam.conf:2',
    ])
    expect(rulesOf({})).toEqual([])
  })

  it('fails for what PAM would fail on, and only for the services that are asked for', () => {
    const files = {
      '/etc/pam.d/broken': 'auth include missing\n',
      '/etc/pam.d/circle': '@include circle\n',
      '/etc/pam.d/odd': 'auth required\n',
      '/etc/pam.d/sound': 'auth required pam_deny.so\n',
    }
    expect(() => rulesOf(files, "service = 'broken'")).toThrow('broken includes missing, which is not there')
    expect(() => rulesOf(files, "service = 'circle'")).toThrow('more than 32 deep')
    expect(() => rulesOf(files, "service = 'odd'")).toThrow('cannot understand /etc/pam.d/odd:1: auth required')
    expect(rulesOf(files, "service = 'sound'")).toHaveLength(1)
  })
})
