import { type Flip, systemctl } from '../flip.ts'

const SYSTEMCTL = '/usr/bin/systemctl'
const GNOME = { '/usr/bin/gnome-shell': '', '/etc/dconf/profile/user': 'user-db:user\nsystem-db:local\n' }
const SESSION = 'org/gnome/desktop/session'
const SAVER = 'org/gnome/desktop/screensaver'
const MEDIA = 'org/gnome/desktop/media-handling'
const LOCKS = '/etc/dconf/db/local.d/locks/own'
const OWN = '/etc/dconf/db/local.d/00-own'
const CHROME = '/etc/opt/chrome/policies/managed/own.json'
const FIREFOX = '/etc/firefox/policies/policies.json'

/** The lines of a key file that lock the screen after so many seconds. */
const lockAfter = (seconds: number) =>
  `[${SESSION}]\nidle-delay=uint32 ${seconds}\n\n[${SAVER}]\nlock-enabled=true\nlock-delay=uint32 0\n`
const media = (automount: boolean) => `[${MEDIA}]\nautomount=${automount}\nautomount-open=false\n`

const chrome = (check: string, fail: object, pass: object): Flip => ({
  check,
  base: { '/opt/google/chrome/chrome': '' },
  fail: { [CHROME]: JSON.stringify(fail) },
  pass: { [CHROME]: JSON.stringify(pass, undefined, 2) },
  reason: '/opt/google/chrome/chrome: no managed policy',
})

export const FLIPS: readonly Flip[] = [
  {
    check: 'gnome-screen-locks',
    base: { ...GNOME, [LOCKS]: `/${SESSION}/idle-delay\n/${SAVER}/lock-enabled\n/${SAVER}/lock-delay\n` },
    fail: { [OWN]: lockAfter(0) },
    pass: { [OWN]: lockAfter(300) },
    reason: `${SESSION}/idle-delay: no file in /etc/dconf/db sets it`,
  },
  {
    check: 'gnome-screen-locks',
    base: { ...GNOME, [OWN]: lockAfter(300) },
    fail: { [LOCKS]: `/${SESSION}/idle-delay\n/${SAVER}/lock-enabled\n` },
    pass: { [LOCKS]: `/${SESSION}/idle-delay\n/${SAVER}/lock-enabled\n/${SAVER}/lock-delay\n` },
    reason: `${SAVER}/lock-delay: users can change it`,
  },
  {
    check: 'gnome-automount-off',
    base: { ...GNOME, [LOCKS]: `/${MEDIA}/automount\n/${MEDIA}/automount-open\n` },
    fail: { [OWN]: media(true) },
    pass: { [OWN]: media(false) },
    reason: `${MEDIA}/automount: no file in /etc/dconf/db sets it`,
  },
  {
    check: 'display-manager-asks-password',
    fail: { '/etc/gdm3/daemon.conf': '[daemon]\nAutomaticLoginEnable = true\nAutomaticLogin = alice\n' },
    pass: { '/etc/gdm3/daemon.conf': '[daemon]\n# AutomaticLoginEnable = true\n' },
    reason: '/etc/gdm3/daemon.conf: line 2 logs somebody in',
  },
  {
    check: 'display-manager-asks-password',
    system: 'rhel',
    plain: true,
    needs: ['augtool'],
    fail: { '/etc/gdm/custom.conf': '[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=alice\n' },
    pass: { '/etc/gdm/custom.conf': '[daemon]\nAutomaticLoginEnable=false\n' },
    reason: '/etc/gdm/custom.conf: it logs somebody in',
  },
  {
    check: 'usbguard-running',
    base: { '/sys/bus/usb/devices/usb1': { directory: true } },
    fail: { [SYSTEMCTL]: systemctl({ 'usbguard.service': { active: 'inactive', sub: 'dead' } }) },
    pass: { [SYSTEMCTL]: systemctl({ 'usbguard.service': {} }) },
    reason: 'the service is inactive',
  },
  chrome('browser-safe-browsing', { SafeBrowsingProtectionLevel: 0 }, { SafeBrowsingProtectionLevel: 2 }),
  chrome('browser-passwords-not-stored', {}, { PasswordManagerEnabled: false }),
  chrome('browser-extensions-limited', { ExtensionInstallBlocklist: ['abc'] }, { ExtensionInstallBlocklist: ['*'] }),
  {
    check: 'browser-extensions-limited',
    base: { '/usr/lib/firefox-esr/firefox-esr': '' },
    fail: { [FIREFOX]: '{ "policies": {} }\n' },
    pass: { [FIREFOX]: '{ "policies": {\n "ExtensionSettings": { "*": { "installation_mode": "blocked" } } } }\n' },
    reason: '/usr/lib/firefox-esr/firefox-esr: no managed policy',
  },
  {
    check: 'malware-scans-scheduled',
    base: { '/usr/bin/clamdscan': '', [SYSTEMCTL]: systemctl({ 'clamav-daemon.service': {} }) },
    fail: { '/etc/cron.d/clamav': '5 * * * * root /usr/bin/freshclam\n' },
    pass: { '/etc/cron.d/clamav': '30 2 * * * root clamdscan --fdpass /home\n' },
    reason: 'no job of cron starts a scan',
  },
  {
    check: 'malware-scans-scheduled',
    base: { '/usr/bin/clamscan': '' },
    fail: { [SYSTEMCTL]: systemctl({ 'clamonacc.service': { active: 'failed', sub: 'failed' } }) },
    pass: { [SYSTEMCTL]: systemctl({ 'clamonacc.service': {} }) },
    reason: 'nothing that scans on access or regularly is active',
  },
]
