import { describe, expect, it } from 'vitest'
import { createMachine, createMachineWithProgram, openSystemTables } from './open-system-tables.ts'

describe('deb_packages', () => {
  const stanza = (name: string, ...lines: string[]) => [`Package: ${name}`, ...lines, ''].join('\n')
  const ask = openSystemTables(
    createMachine({
      '/var/lib/dpkg/status': [
        stanza('zsh', 'Status: deinstall ok config-files', 'Architecture: amd64', 'Version: 1:5.9'),
        stanza('gone', 'Status: purge ok not-installed', 'Architecture: amd64'),
        stanza('abc', 'Status: install ok installed', 'Architecture: amd64', 'Version: 0:2.0-1-3'),
      ].join('\n'),
      '/var/lib/dpkg/updates/0001': stanza(
        'abc',
        'Status: install ok installed',
        'Architecture: amd64',
        'Version: 2.1-1',
      ),
      '/other/status': stanza('xyz', 'Status: install ok installed', 'Version: 3'),
    }),
  )

  it('lists what is installed or left over, as the last step of dpkg left it', () => {
    expect(ask('SELECT name, version, revision, status, priority FROM deb_packages')).toEqual([
      { name: 'abc', version: '2.1-1', revision: '1', status: 'install ok installed', priority: 'unknown' },
      { name: 'zsh', version: '1:5.9', revision: '', status: 'deinstall ok config-files', priority: 'unknown' },
    ])
  })

  it('reads another database when asked to, and has no rows where there is none', () => {
    expect(ask("SELECT name FROM deb_packages WHERE admindir IN ('/other', '/none')")).toEqual([{ name: 'xyz' }])
    expect(openSystemTables(createMachine({}))('SELECT * FROM deb_packages')).toEqual([])
  })

  it('refuses to answer for another namespace', () => {
    expect(() => ask('SELECT name FROM deb_packages WHERE pid_with_namespace = 7')).toThrow('pid_with_namespace')
  })

  it('is an error when the database may not be read', () => {
    const machine = createMachine({ '/var/lib/dpkg/status/': '' })
    expect(() => openSystemTables(machine)('SELECT * FROM deb_packages')).toThrow('it is a directory')
  })
})

describe('rpm_packages', () => {
  it('has no rows without a database', () => {
    expect(openSystemTables(createMachine({}))('SELECT * FROM rpm_packages')).toEqual([])
  })

  it('reads what rpm prints; a missing epoch is NULL', () => {
    const line = ['bash', '5.1.8', '9.el9', 'bash-5.1.8-9.el9.src.rpm', '7738634', 'ab12', 'x86_64', '', '1700000000']
    const host = createMachineWithProgram(
      'rpm',
      `printf '%s\\n' '${[...line, 'Red Hat, Inc.', 'Unspecified'].join('\t')}'`,
      ['/var/lib/rpm/rpmdb.sqlite'],
    )
    expect(openSystemTables(host)("SELECT *, epoch IS NULL AS no_epoch FROM rpm_packages WHERE name = 'bash'")).toEqual(
      [
        {
          ...{ name: 'bash', version: '5.1.8', release: '9.el9', source: 'bash-5.1.8-9.el9.src.rpm', size: '7738634' },
          ...{ sha1: 'ab12', arch: 'x86_64', epoch: '', install_time: '1700000000', vendor: 'Red Hat, Inc.' },
          ...{ package_group: 'Unspecified', no_epoch: '1' },
        },
      ],
    )
  })

  it('is an error when there is a database but no rpm that could read it', () => {
    const machine = createMachine({ '/var/lib/rpm/Packages': '' })
    expect(() => openSystemTables(machine)('SELECT * FROM rpm_packages')).toThrow('cannot run rpm')
  })
})

describe('apt_sources', () => {
  it('lists sources of both formats whose Release file is there', () => {
    const release = (codename: string) => `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

Origin: Debian
Version: 12.5
Codename: ${codename}
Date: Sat, 10 Feb 2024 11:07:25 UTC
Architectures: all amd64
Components: main contrib
-----BEGIN PGP SIGNATURE-----
Version: 1
`
    const ask = openSystemTables(
      createMachine({
        '/etc/apt/sources.list':
          'deb [arch=amd64 signed-by=/x.gpg] https://a.example.org/x/ stable main # deb y\ndeb-src https://a.example.org/x stable main\n#deb https://off.example.org/ stable main\n',
        '/etc/apt/sources.list.d/b.sources':
          'Types: deb deb-src\nURIs: http://b.example.org/debian\nSuites: bookworm missing\nComponents: main\nEnabled: yes\n\nTypes: deb\nURIs: http://off.example.org/\nSuites: s\nEnabled: no\n',
        '/var/lib/apt/lists/a.example.org_x_dists_stable_InRelease': release('stable'),
        '/var/lib/apt/lists/b.example.org_debian_dists_bookworm_InRelease': release('bookworm'),
        '/var/lib/apt/lists/off.example.org_dists_s_InRelease': release('s'),
      }),
    )
    const common = { version: '12.5', maintainer: 'Debian', components: 'main contrib', architectures: 'all amd64' }
    expect(ask('SELECT * FROM apt_sources')).toEqual([
      {
        name: 'a.example.org/x stable',
        source: '/etc/apt/sources.list',
        base_uri: 'https://a.example.org/x',
        release: 'stable',
        ...common,
      },
      {
        name: 'b.example.org/debian bookworm',
        source: '/etc/apt/sources.list.d/b.sources',
        base_uri: 'http://b.example.org/debian',
        release: 'bookworm',
        ...common,
      },
    ])
  })
})

describe('systemd_units', () => {
  const SHOW = `Id=ssh.service
Following=
Description=OpenBSD Secure Shell server = sshd
LoadState=loaded
ActiveState=active
SubState=running
FragmentPath=/lib/systemd/system/ssh.service
SourcePath=
UnitFileState=enabled
User=root

Job=42
Id=apt-daily.timer
Following=
Description=Daily apt download activities
LoadState=loaded
ActiveState=inactive
SubState=dead
FragmentPath=/lib/systemd/system/apt-daily.timer
UnitFileState=disabled
`

  it('describes units with their D-Bus paths and jobs', () => {
    const script = `case $1 in show) cat <<'X'\n${SHOW}X\n;; list-jobs) echo ' 42 apt-daily.timer start waiting';; esac`
    const host = createMachineWithProgram('systemctl', script, ['/run/systemd/system'])
    expect(openSystemTables(host)('SELECT * FROM systemd_units')).toEqual([
      {
        ...{ id: 'ssh.service', description: 'OpenBSD Secure Shell server = sshd', load_state: 'loaded' },
        ...{ active_state: 'active', sub_state: 'running', unit_file_state: 'enabled', following: '' },
        ...{ object_path: '/org/freedesktop/systemd1/unit/ssh_2eservice', job_id: '0', job_type: '', job_path: '/' },
        ...{ fragment_path: '/lib/systemd/system/ssh.service', user: 'root', source_path: '' },
      },
      {
        ...{ id: 'apt-daily.timer', description: 'Daily apt download activities', load_state: 'loaded' },
        ...{ active_state: 'inactive', sub_state: 'dead', unit_file_state: 'disabled', following: '' },
        ...{ object_path: '/org/freedesktop/systemd1/unit/apt_2ddaily_2etimer', job_id: '42', job_type: 'start' },
        ...{ job_path: '/org/freedesktop/systemd1/job/42', fragment_path: '/lib/systemd/system/apt-daily.timer' },
        ...{ user: '', source_path: '' },
      },
    ])
  })

  it('is an error where systemd does not run', () => {
    expect(() => openSystemTables(createMachine({}))('SELECT * FROM systemd_units')).toThrow(
      'systemd_units needs systemd: it is not running here',
    )
  })

  it('is an error that names the cause when systemctl fails', () => {
    const host = createMachineWithProgram('systemctl', 'echo "Failed to connect to bus" >&2; exit 1', [
      '/run/systemd/system',
    ])
    expect(() => openSystemTables(host)('SELECT * FROM systemd_units')).toThrow(
      'cannot run systemctl: Failed to connect to bus (exit 1)',
    )
  })
})
