import { readFileSync } from 'node:fs'
import { type Files, type Flip, printing } from '../flip.ts'

const CONFIG = '/etc/ssh/sshd_config'
const DROP_IN = '/etc/ssh/sshd_config.d/00-site.conf'

/** What sshd -T of Debian 12 printed: see test/vectors/tables/README.md. */
const RECORDED = readFileSync(new URL('../../vectors/tables/sshd-T.txt', import.meta.url), 'utf8')

/** sshd as it would print these settings, each `name value`, instead of its own. */
function sshd(...settings: readonly string[]): Files {
  const names = settings.map((setting) => setting.split(' ')[0]!.toLowerCase())
  const rest = RECORDED.split('\n').filter((line) => !names.includes(line.split(' ')[0]!))
  const own = settings.map((setting) => setting.replace(/^\S+/, (name) => name.toLowerCase()))
  return { '/usr/sbin/sshd': printing([...own, ...rest].join('\n')) }
}

/** Debian's file, and a drop-in with these settings. */
function files(...settings: readonly string[]): Files {
  return {
    [CONFIG]: 'Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\nX11Forwarding yes\n',
    [DROP_IN]: `${settings.join('\n')}\n`,
  }
}

/** By what sshd itself says. */
function byProgram(check: string, bad: readonly string[], good: readonly string[], reason: string): Flip {
  return { check, base: { [CONFIG]: 'UsePAM yes\n' }, fail: sshd(...bad), pass: sshd(...good), reason }
}

/** And by the files alone: augtool takes its time, so only where another template, or use of one, reads them. */
function bothWays(check: string, bad: readonly string[], good: readonly string[], reason: string): Flip[] {
  const byFiles: Flip = { check, plain: true, needs: ['augtool'], fail: files(...bad), pass: files(...good), reason }
  return [byProgram(check, bad, good, reason), byFiles]
}

const WORDS: readonly (readonly [check: string, option: string, bad: string, good: string])[] = [
  ['ssh-empty-passwords-refused', 'PermitEmptyPasswords', 'yes', 'no'],
  ['ssh-max-auth-tries', 'MaxAuthTries', '6', '4'],
  ['ssh-agent-forwarding-disabled', 'AllowAgentForwarding', 'yes', 'no'],
  ['ssh-tcp-forwarding-disabled', 'AllowTcpForwarding', 'yes', 'no'],
  ['ssh-host-based-login-disabled', 'HostbasedAuthentication', 'yes', 'no'],
  ['ssh-rhosts-ignored', 'IgnoreRhosts', 'no', 'yes'],
  ['ssh-user-environment-refused', 'PermitUserEnvironment', 'yes', 'no'],
  ['ssh-gssapi-login-disabled', 'GSSAPIAuthentication', 'yes', 'no'],
  ['ssh-uses-pam', 'UsePAM', 'no', 'yes'],
  ['ssh-log-level', 'LogLevel', 'QUIET', 'VERBOSE'],
  ['ssh-max-sessions', 'MaxSessions', '20', '10'],
  ['ssh-max-startups', 'MaxStartups', '10:30:100', '10:30:60'],
  ['ssh-macs-strong', 'MACs', 'hmac-sha2-256,umac-64@openssh.com', 'hmac-sha2-256,umac-128@openssh.com'],
  ['ssh-key-exchange-strong', 'KexAlgorithms', 'curve25519-sha256,diffie-hellman-group14-sha1', 'curve25519-sha256'],
]

export const FLIPS: readonly Flip[] = [
  ...WORDS.map(([check, option, bad, good]) =>
    byProgram(check, [`${option} ${bad}`], [`${option} ${good}`], `${option} `),
  ),
  ...bothWays('ssh-login-grace-time', ['LoginGraceTime 120'], ['LoginGraceTime 60'], 'LoginGraceTime is '),
  ...bothWays('ssh-x11-forwarding-disabled', ['X11Forwarding yes'], ['X11Forwarding no'], 'X11Forwarding is yes'),
  ...bothWays(
    'ssh-ciphers-strong',
    ['Ciphers aes256-ctr,aes128-cbc'],
    ['Ciphers aes256-ctr'],
    'Ciphers has aes128-cbc',
  ),
  ...bothWays(
    'ssh-password-login-disabled',
    ['PasswordAuthentication yes', 'KbdInteractiveAuthentication no'],
    ['PasswordAuthentication no', 'KbdInteractiveAuthentication no'],
    'PasswordAuthentication is yes',
  ),
  ...bothWays(
    'ssh-idle-sessions-end',
    ['ClientAliveInterval 0', 'ClientAliveCountMax 3'],
    ['ClientAliveInterval 300', 'ClientAliveCountMax 3'],
    'ClientAliveInterval is 0',
  ),
  {
    ...byProgram('ssh-login-banner', ['Banner none'], ['Banner /etc/issue.net'], 'Banner is none'),
    base: { [CONFIG]: 'UsePAM yes\n', '/etc/issue.net': 'For those with permission only.\n' },
  },
  ...bothWays('ssh-access-limited', ['DenyUsers bob'], ['AllowGroups admins'], 'every account may log in'),
  ...bothWays(
    'ssh-root-login',
    ['PermitRootLogin yes'],
    ['PermitRootLogin prohibit-password'],
    'PermitRootLogin is yes',
  ),
]
