import { forXml } from './escape.ts'

export const SERVICE_KINDS = ['systemd', 'launchd', 'windows'] as const
export type ServiceKind = (typeof SERVICE_KINDS)[number]

export interface ServiceCommand {
  /** The program, such as Node. */
  readonly program: string
  readonly args: readonly string[]
  readonly folder: string
  /** Whether it is root's service, rather than a user's own. */
  readonly system: boolean
}

const DESCRIPTION = 'Keelson: continuous compliance checks'

/** The definition of a service that runs a command, for one kind of service manager. */
export function formatService(kind: ServiceKind, command: ServiceCommand): string {
  return FORMATS[kind](command)
}

const FORMATS: Readonly<Record<ServiceKind, (command: ServiceCommand) => string>> = {
  systemd: ({ program, args, folder, system }) => `# ${DESCRIPTION}
#   ${system ? '/etc/systemd/system/keelson.service' : '~/.config/systemd/user/keelson.service'}
#   ${system ? 'systemctl' : 'systemctl --user'} daemon-reload && ${system ? 'systemctl' : 'systemctl --user'} enable --now keelson
[Unit]
Description=${DESCRIPTION}
After=osqueryd.service

[Service]
Type=notify
# Node cannot speak to systemd itself; systemd-notify does it.
NotifyAccess=all
ExecStart=${[program, ...args].map(forSystemd).join(' ')}
ExecReload=/bin/kill -HUP $MAINPID
WorkingDirectory=${forSystemdPath(folder)}
Restart=on-failure
RestartSec=30
WatchdogSec=300
TimeoutStartSec=600
TimeoutStopSec=10
KillMode=mixed
UMask=0077
Nice=10
# Nothing is shut off from it (ProtectSystem=, PrivateTmp= and the like): checks would see that instead of the machine.

[Install]
WantedBy=${system ? 'multi-user.target' : 'default.target'}
`,
  launchd: ({ program, args, folder, system }) => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ${system ? '/Library/LaunchDaemons/org.keelson.watch.plist (root:wheel, 0644)' : '~/Library/LaunchAgents/org.keelson.watch.plist'}
     launchctl bootstrap ${system ? 'system' : 'gui/$UID'} org.keelson.watch.plist -->
<plist version="1.0">
<dict>
  <key>Label</key><string>org.keelson.watch</string>
  <key>ProgramArguments</key>
  <array>
${[program, ...args].map((part) => `    <string>${forXml(part)}</string>`).join('\n')}
  </array>
  <key>WorkingDirectory</key><string>${forXml(folder)}</string>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>ThrottleInterval</key><integer>30</integer>
  <key>ExitTimeOut</key><integer>10</integer>
  <key>ProcessType</key><string>Background</string>
  <key>Umask</key><integer>63</integer>
  <key>StandardErrorPath</key><string>${system ? '/var/log/keelson.log' : '/tmp/keelson.log'}</string>
</dict>
</plist>
`,
  windows: ({
    program,
    args,
    folder,
  }) => `<!-- For WinSW (https://github.com/winsw/winsw): save this beside WinSW.exe renamed to keelson.exe, as keelson.xml;
     then, as an administrator: keelson.exe install, keelson.exe start -->
<service>
  <id>keelson</id>
  <name>Keelson</name>
  <description>${DESCRIPTION}</description>
  <executable>${forXml(program)}</executable>
${args.map((part) => `  <argument>${forXml(forWindows(part))}</argument>`).join('\n')}
  <workingdirectory>${forXml(folder)}</workingdirectory>
  <startmode>Automatic</startmode>
  <delayedAutoStart>true</delayedAutoStart>
  <stoptimeout>10 sec</stoptimeout>
  <onfailure action="restart" delay="30 sec"/>
  <priority>BelowNormal</priority>
  <log mode="roll"/>
</service>
`,
}

/** One argument of ExecStart=: quoted, with specifiers and variables as plain text. See systemd.service(5). */
function forSystemd(text: string): string {
  const plain = forSystemdPath(text).replaceAll('$', '$$$$')
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(plain) ? plain : `"${plain.replace(/[\\"]/g, '\\$&')}"`
}

/** A setting's text, in which a percent sign begins a specifier. */
function forSystemdPath(text: string): string {
  return text.replaceAll('%', '%%')
}

/** One argument as programs on Windows take the command line apart: backslashes count before a quote only. */
function forWindows(text: string): string {
  if (text !== '' && !/[\s"]/.test(text)) return text
  return `"${text.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`
}
