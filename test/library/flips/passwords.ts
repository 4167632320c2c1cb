import type { Files, Flip } from '../flip.ts'

const COMMON_PASSWORD = '/etc/pam.d/common-password'
const COMMON_AUTH = '/etc/pam.d/common-auth'
const SYSTEM_AUTH = '/etc/pam.d/system-auth'
const PWQUALITY = '/etc/security/pwquality.conf'
const FAILLOCK = '/etc/security/faillock.conf'

const QUALITY = `password requisite pam_pwquality.so retry=3
password [success=1 default=ignore] pam_unix.so obscure use_authtok yescrypt
password requisite pam_deny.so
`
const UNIX_ONLY = 'password [success=1 default=ignore] pam_unix.so obscure yescrypt\n'
const LOCKING = `auth required pam_faillock.so preauth
auth sufficient pam_unix.so
auth [default=die] pam_faillock.so authfail
`

const loginDefs = (line: string): Files => ({ '/etc/login.defs': `# settings\nMAIL_DIR /var/mail\n${line}\n` })
const shadow = (alice: string): Files => ({ '/etc/shadow': `root:*:19700:0:99999:7:::\nalice:${alice}\n` })

const SETTINGS: readonly (readonly [check: string, bad: string, good: string])[] = [
  ['password-max-age', 'PASS_MAX_DAYS\t99999', 'PASS_MAX_DAYS\t365'],
  ['password-min-age', 'PASS_MIN_DAYS\t0', 'PASS_MIN_DAYS\t1'],
  ['password-warn-age', 'PASS_WARN_AGE\t3', 'PASS_WARN_AGE\t7'],
  ['password-hash-method', 'ENCRYPT_METHOD MD5', 'ENCRYPT_METHOD YESCRYPT'],
]

export const FLIPS: readonly Flip[] = [
  ...SETTINGS.map(([check, bad, good]) => ({ check, fail: loginDefs(bad), pass: loginDefs(good) })),
  {
    check: 'password-max-age',
    plain: true,
    needs: ['augtool'],
    fail: loginDefs('PASS_MAX_DAYS\t365\nPASS_MAX_DAYS\t99999'),
    pass: loginDefs('PASS_MAX_DAYS\t365'),
    reason: 'PASS_MAX_DAYS is 99999',
  },
  {
    check: 'password-ages-of-accounts',
    fail: shadow('$y$j9T$s$h:19700:0:99999:7:::'),
    pass: shadow('$y$j9T$s$h:19700:0:365:7:::'),
    reason: 'alice: its password expires after 99999 days',
  },
  {
    check: 'password-hashes-strong',
    fail: shadow('$1$salt$hash:19700:0:99999:7:::'),
    pass: shadow('$6$salt$hash:19700:0:99999:7:::'),
    reason: 'alice: its password is kept as a hash that is not accepted',
  },
  {
    check: 'password-changes-in-the-past',
    fail: shadow('$y$j9T$s$h:99999:0:99999:7:::'),
    pass: shadow('$y$j9T$s$h:19700:0:99999:7:::'),
    reason: 'alice: its password was changed on day 99999',
  },
  {
    check: 'password-min-length',
    base: { [COMMON_PASSWORD]: QUALITY },
    fail: { [PWQUALITY]: '# minlen = 14\nminlen = 8\n' },
    pass: { [PWQUALITY]: 'minlen = 14\n' },
    reason: 'minlen does not lie between 14',
  },
  {
    check: 'password-min-length',
    system: 'rhel',
    plain: true,
    needs: ['augtool'],
    base: { '/etc/pam.d/password-auth': QUALITY.replace('retry=3', 'minlen=15 enforcing=1') },
    fail: { [SYSTEM_AUTH]: UNIX_ONLY },
    pass: { [SYSTEM_AUTH]: QUALITY.replace('retry=3', 'retry=3 minlen=15 enforcing=1') },
    reason: '/etc/pam.d/system-auth: pam_pwquality.so is not in it',
  },
  {
    check: 'password-complexity',
    base: { [PWQUALITY]: 'dcredit = -1\nucredit = -1\nlcredit = -1\n' },
    fail: { [COMMON_PASSWORD]: QUALITY },
    pass: { [COMMON_PASSWORD]: QUALITY.replace('retry=3', 'ocredit=-1') },
    reason: 'ocredit does not lie between',
  },
  {
    check: 'password-history',
    fail: { [COMMON_PASSWORD]: QUALITY },
    pass: { [COMMON_PASSWORD]: `password requisite pam_pwhistory.so remember=24 use_authtok\n${QUALITY}` },
    reason: 'pam_pwhistory.so is not in it',
  },
  {
    check: 'login-lockout',
    base: { [COMMON_AUTH]: LOCKING },
    fail: { [FAILLOCK]: 'deny = 20\n' },
    pass: { [FAILLOCK]: 'deny = 5\n' },
    reason: 'deny does not lie between 1 and 5',
  },
  {
    check: 'login-lockout',
    system: 'rhel',
    base: { '/etc/pam.d/password-auth': LOCKING },
    fail: { [SYSTEM_AUTH]: 'auth sufficient pam_unix.so\n' },
    pass: { [SYSTEM_AUTH]: LOCKING },
    reason: '/etc/pam.d/system-auth: pam_faillock.so is not in it',
  },
  {
    check: 'login-lockout-time',
    base: { [COMMON_AUTH]: LOCKING },
    fail: { [FAILLOCK]: 'unlock_time = 60\n' },
    pass: { [FAILLOCK]: 'unlock_time = 0\n' },
    reason: 'unlock_time does not lie between 900',
  },
  {
    check: 'pam-no-empty-passwords',
    fail: { [COMMON_AUTH]: 'auth [success=1 default=ignore] pam_unix.so nullok\n' },
    pass: { [COMMON_AUTH]: 'auth [success=1 default=ignore] pam_unix.so\n' },
    reason: '/etc/pam.d/common-auth: line 1 has nullok',
  },
  {
    check: 'pam-no-empty-passwords',
    system: 'rhel',
    plain: true,
    needs: ['augtool'],
    fail: { [SYSTEM_AUTH]: 'auth sufficient pam_unix.so nullok try_first_pass\n' },
    pass: { [SYSTEM_AUTH]: 'auth sufficient pam_unix.so try_first_pass\n' },
    reason: '/etc/pam.d/system-auth: pam_unix.so has nullok',
  },
  {
    check: 'su-restricted',
    base: { '/usr/bin/su': '' },
    fail: { '/etc/pam.d/su': 'auth sufficient pam_rootok.so\nauth required pam_unix.so\n' },
    pass: { '/etc/pam.d/su': 'auth sufficient pam_rootok.so\nauth required pam_wheel.so use_uid group=admins\n' },
    reason: 'every account may use su',
  },
  {
    check: 'su-restricted',
    system: 'rhel',
    plain: true,
    needs: ['augtool'],
    base: { '/usr/bin/su': '' },
    fail: { '/etc/pam.d/su': 'auth sufficient pam_wheel.so trust use_uid\nauth required pam_unix.so\n' },
    pass: { '/etc/pam.d/su': 'auth required pam_wheel.so use_uid\nauth required pam_unix.so\n' },
    reason: 'every account may use su',
  },
]
