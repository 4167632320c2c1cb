import { type Files, type Flip, printing } from '../flip.ts'

const ROOT = 'root:x:0:0:root:/root:/bin/bash\n'
const PEOPLE = `${ROOT}www-data:x:33:33::/var/www:/usr/sbin/nologin\nalice:x:1000:1000::/home/alice:/bin/bash\n`
const HOME = '/home/alice'
/** Whoever runs the tests owns what they write, so that he must be the one whose home it is. */
const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
const OWN: Files = { '/etc/passwd': `root:x:0:0::/root:/bin/bash\nme:x:${uid}:${gid}::${HOME}:/bin/bash\n` }
const short = 'A'.repeat(204)
const long = 'A'.repeat(372)

const loginDefs = (line: string): Files => ({ '/etc/login.defs': `# settings\nMAIL_DIR /var/mail\n${line}\n` })

export const FLIPS: readonly Flip[] = [
  {
    check: 'account-groups-exist',
    fail: { '/etc/passwd': PEOPLE.replace(':1000::', ':1234::') },
    pass: { '/etc/passwd': PEOPLE.replace(':33:33:', ':33:2:') },
    reason: 'alice: there is no group 1234',
  },
  {
    check: 'account-names-unique',
    fail: { '/etc/passwd': `${PEOPLE}alice:x:1001:1001::/:/bin/sh\n` },
    pass: { '/etc/passwd': `${PEOPLE}bob:x:1001:1001::/:/bin/sh\n` },
    reason: 'alice: several accounts have this name',
  },
  {
    check: 'groups-unique',
    fail: { '/etc/group': 'root:x:0:\nadm:x:4:\nlog:x:4:\n' },
    pass: { '/etc/group': 'root:x:0:\nadm:x:4:\nlog:x:5:\n' },
    reason: 'the groups in the lines 2, 3 share an id',
  },
  {
    check: 'groups-unique',
    plain: true,
    needs: ['augtool'],
    fail: { '/etc/group': 'root:x:0:\nadm:x:4:\nadm:x:5:\n' },
    pass: { '/etc/group': 'root:x:0:\nadm:x:4:\nlog:x:5:\n' },
    reason: 'adm: several groups have this name',
  },
  {
    check: 'root-group-only-root',
    fail: { '/etc/passwd': PEOPLE.replace(':1000::', ':0::') },
    pass: { '/etc/passwd': PEOPLE },
    reason: 'alice: its primary group is 0',
  },
  {
    check: 'system-accounts-no-login',
    fail: { '/etc/passwd': PEOPLE.replace('/usr/sbin/nologin', '/bin/sh') },
    pass: { '/etc/passwd': PEOPLE },
    reason: 'www-data: an account of the system (user id 33) has the shell /bin/sh',
  },
  {
    check: 'home-folders-exist',
    fail: { '/etc/passwd': PEOPLE.replace(HOME, '/home/gone') },
    pass: { '/etc/passwd': PEOPLE },
    reason: 'alice: its home folder /home/gone does not exist',
  },
  {
    check: 'home-folders-private',
    fail: { [HOME]: { directory: true, mode: 0o755, uid: 1000 } },
    pass: { [HOME]: { directory: true, mode: 0o750, uid: 1000 } },
    reason: '/home/alice: others may do too much with it (mode 0755)',
  },
  {
    check: 'dot-files-protected',
    base: OWN,
    fail: { [`${HOME}/.profile`]: { text: 'umask 022\n', mode: 0o666 } },
    pass: { [`${HOME}/.profile`]: { text: 'umask 022\n', mode: 0o644 } },
    reason: '/home/alice/.profile: everybody can write it',
  },
  {
    check: 'no-trust-files',
    fail: { [`${HOME}/.rhosts`]: '+ +\n' },
    pass: { [`${HOME}/.rhosts`]: null },
    reason: '/home/alice/.rhosts: it lets users of other hosts in',
  },
  {
    check: 'no-netrc-files',
    fail: { [`${HOME}/.netrc`]: 'machine example.com login al\n' },
    pass: { [`${HOME}/.netrc`]: null },
    reason: '/home/alice/.netrc',
  },
  {
    check: 'program-folders-protected',
    needs: ['root'],
    fail: { '/usr/local/bin': { directory: true, mode: 0o777 } },
    pass: { '/usr/local/bin': { directory: true, mode: 0o755 } },
    reason: '/usr/local/bin: everybody can write into it',
  },
  {
    check: 'root-password-locked',
    fail: { '/etc/shadow': 'root:$y$j9T$salt$hash:19700:0:99999:7:::\n' },
    pass: { '/etc/shadow': 'root:!$y$j9T$salt$hash:19700:0:99999:7:::\n' },
    reason: 'root: its password is active',
  },
  {
    check: 'no-legacy-entries',
    fail: { '/etc/group': 'root:x:0:\n+:::\n' },
    pass: { '/etc/group': 'root:x:0:\n' },
    reason: '/etc/group: line 2 begins with +',
  },
  {
    check: 'no-legacy-entries',
    plain: true,
    needs: ['augtool'],
    fail: { '/etc/passwd': `${ROOT}+::::::\n` },
    pass: { '/etc/passwd': ROOT },
    reason: '/etc/passwd: a line begins with +',
  },
  {
    check: 'shell-timeout',
    fail: { '/etc/profile': 'PATH=/bin\n# TMOUT=900\n' },
    pass: { '/etc/profile.d/tmout.sh': 'readonly TMOUT=900; export TMOUT\n' },
  },
  {
    check: 'shell-timeout',
    plain: true,
    needs: ['augtool'],
    fail: { '/etc/profile': 'TMOUT=7200\nexport TMOUT\n' },
    pass: { '/etc/profile': 'TMOUT=900\nexport TMOUT\n' },
    reason: '/etc/profile: TMOUT is 7200',
  },
  {
    check: 'inactive-accounts-lock',
    fail: { '/etc/shadow': 'root:*:19700:0:99999:7:::\nalice:$y$j9T$s$h:19700:0:365:7:::\n' },
    pass: { '/etc/shadow': 'root:*:19700:0:99999:7:::\nalice:$y$j9T$s$h:19700:0:365:7:30::\n' },
    reason: 'alice: its password may stay expired',
  },
  {
    check: 'default-umask',
    fail: loginDefs('UMASK\t\t022'),
    pass: loginDefs('UMASK\t\t027'),
    reason: 'UMASK is 022',
  },
  {
    check: 'default-umask',
    system: 'rhel',
    plain: true,
    needs: ['augtool'],
    fail: loginDefs('USERGROUPS_ENAB yes'),
    pass: loginDefs('UMASK\t\t077'),
    reason: 'UMASK is not set, and then it is 022',
  },
  {
    check: 'ssh-authorized-keys-protected',
    base: OWN,
    fail: { [`${HOME}/.ssh/authorized_keys`]: { text: '', mode: 0o666 } },
    pass: { [`${HOME}/.ssh/authorized_keys`]: { mode: 0o600 } },
    reason: '/home/alice/.ssh/authorized_keys: everybody can write it',
  },
  {
    check: 'ssh-authorized-keys-strong',
    fail: { [`${HOME}/.ssh/authorized_keys`]: `ssh-rsa ${short} al@old\n` },
    pass: { [`${HOME}/.ssh/authorized_keys`]: `ssh-rsa ${long} al@new\nssh-ed25519 AAAA al\n` },
    reason: 'an RSA key in it has less than 2048 bits',
  },
  {
    check: 'ssh-config-protected',
    needs: ['root'],
    base: { '/usr/sbin/sshd': printing(''), '/etc/ssh/sshd_config': 'UsePAM yes\n' },
    fail: { '/etc/ssh/sshd_config.d/50-site.conf': { text: '', mode: 0o666 } },
    pass: { '/etc/ssh/sshd_config.d/50-site.conf': { mode: 0o600 } },
    reason: '/etc/ssh/sshd_config.d/50-site.conf: everybody may do too much',
  },
  {
    check: 'ssh-host-key-files-private',
    needs: ['root'],
    base: { '/etc/ssh/sshd_config': '', '/etc/ssh/ssh_host_ed25519_key.pub': '' },
    fail: { '/etc/ssh/ssh_host_ed25519_key': { text: '', mode: 0o644 } },
    pass: { '/etc/ssh/ssh_host_ed25519_key': { mode: 0o600 } },
    reason: '/etc/ssh/ssh_host_ed25519_key: everybody may do too much',
  },
  {
    check: 'ssh-host-public-keys-protected',
    needs: ['root'],
    base: { '/etc/ssh/sshd_config': '' },
    fail: { '/etc/ssh/ssh_host_ed25519_key.pub': { text: '', mode: 0o666 } },
    pass: { '/etc/ssh/ssh_host_ed25519_key.pub': { mode: 0o644 } },
    reason: '/etc/ssh/ssh_host_ed25519_key.pub: everybody may do too much',
  },
]
