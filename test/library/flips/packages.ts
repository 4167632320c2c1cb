import { dpkgStatus, type Flip, rpm, systemctl } from '../flip.ts'

const DPKG = '/var/lib/dpkg/status'
const SYSTEMCTL = '/usr/bin/systemctl'
const LISTS = '/var/lib/apt/lists'
const RELEASE = 'Origin: Debian\nCodename: bookworm\n'

const installed = (check: string, name: string, params: Flip['params'] = {}): Flip => ({
  check,
  params,
  fail: { [DPKG]: dpkgStatus({ [name]: '1.0' }) },
  pass: { [DPKG]: dpkgStatus({}) },
  reason: `${name}: version 1.0 is installed`,
})

export const FLIPS: readonly Flip[] = [
  {
    check: 'apt-signatures-required',
    base: { '/etc/apt/sources.list': 'deb https://deb.debian.org/debian bookworm main\n' },
    fail: { '/etc/apt/sources.list.d/own.list': '# ours\ndeb [trusted=yes] https://example.org/debian ./\n' },
    pass: { '/etc/apt/sources.list.d/own.list': '# ours\ndeb [arch=amd64] https://example.org/debian ./\n' },
    reason: '/etc/apt/sources.list.d/own.list: line 2 lets packages in that nobody signed',
  },
  {
    check: 'apt-signatures-required',
    fail: { '/etc/apt/apt.conf.d/99own': 'APT::Get::AllowUnauthenticated "true";\n' },
    pass: { '/etc/apt/apt.conf.d/99own': 'APT::Get::AllowUnauthenticated "false";\n' },
    reason: '/etc/apt/apt.conf.d/99own: line 1',
  },
  {
    check: 'apt-signatures-required',
    plain: true,
    needs: ['augtool'],
    fail: { '/etc/apt/sources.list': 'deb [trusted=yes] https://example.org/debian bookworm main\n' },
    pass: { '/etc/apt/sources.list': 'deb [arch=amd64] https://example.org/debian bookworm main\n' },
    reason: '/etc/apt/sources.list: it lets packages in',
  },
  {
    check: 'apt-sources-encrypted',
    base: {
      [`${LISTS}/deb.debian.org_debian_dists_bookworm_InRelease`]: RELEASE,
    },
    fail: { '/etc/apt/sources.list': 'deb http://deb.debian.org/debian bookworm main\n' },
    pass: { '/etc/apt/sources.list': 'deb https://deb.debian.org/debian bookworm main\n' },
    reason: 'it is fetched without encryption, by /etc/apt/sources.list',
  },
  {
    check: 'dnf-signatures-required',
    system: 'rhel',
    needs: ['augtool'],
    base: { '/etc/dnf/dnf.conf': '[main]\ngpgcheck=1\n' },
    fail: { '/etc/yum.repos.d/own.repo': '[own]\nname=Own\nbaseurl=https://example.org/\ngpgcheck=0\n' },
    pass: { '/etc/yum.repos.d/own.repo': '[own]\nname=Own\nbaseurl=https://example.org/\nenabled=1\n' },
    reason: 'own: its gpgcheck is 0',
  },
  {
    check: 'dnf-local-packages-signed',
    system: 'rhel',
    needs: ['augtool'],
    fail: { '/etc/dnf/dnf.conf': '[main]\ngpgcheck=1\n' },
    pass: { '/etc/dnf/dnf.conf': '[main]\ngpgcheck=1\nlocalpkg_gpgcheck=True\n' },
    reason: 'localpkg_gpgcheck is not set',
  },
  {
    check: 'integrity-checker-installed',
    fail: {},
    pass: { '/usr/bin/aide': '' },
    reason: 'no program that notices changed files',
  },
  {
    check: 'integrity-checked-regularly',
    base: { '/usr/bin/aide': '', '/etc/cron.daily/dailyaidecheck': '' },
    fail: { [SYSTEMCTL]: systemctl({ 'dailyaidecheck.timer': { active: 'inactive', sub: 'dead' } }) },
    pass: { [SYSTEMCTL]: systemctl({ 'dailyaidecheck.timer': { sub: 'waiting' } }) },
    reason: 'no timer of AIDE is active',
  },
  {
    check: 'integrity-checked-regularly',
    base: { '/usr/bin/aide': '', [SYSTEMCTL]: systemctl({}) },
    fail: { '/etc/cron.d/own': '5 4 * * * root /usr/bin/true\n' },
    pass: { '/etc/cron.d/own': '5 4 * * * root /usr/sbin/aide --check\n' },
    reason: 'no job of cron starts AIDE',
  },
  installed('prelink-absent', 'prelink'),
  installed('insecure-clients-absent', 'telnet'),
  installed('compilers-absent', 'gcc'),
  installed('x-server-absent', 'xserver-xorg-core'),
  {
    check: 'insecure-clients-absent',
    system: 'rhel',
    fail: rpm({ ypbind: '2.7.2-12.el9' }),
    pass: rpm({ openssh: '8.7p1-38.el9' }),
    reason: 'ypbind: version 2.7.2-12.el9 is installed',
  },
]
