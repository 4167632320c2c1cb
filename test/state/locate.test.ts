import { mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findOther, locateState, type Whereabouts, whereabouts } from '../../src/state/locate.ts'
import { makeFolder } from '../scenarios/run-checks.ts'

const LINUX: Whereabouts = { platform: 'linux', env: {}, uid: 1000, home: '/home/ann' }
const MAC: Whereabouts = { platform: 'darwin', env: {}, uid: 501, home: '/Users/ann' }
const WINDOWS: Whereabouts = { platform: 'win32', env: {}, uid: undefined, home: 'C:\\Users\\ann' }

const SYSTEM = '/var/lib/keelson/state.db'
const MAC_SYSTEM = '/Library/Application Support/Keelson/state.db'

describe('the place of the state', () => {
  it.each<[string, Whereabouts, string, readonly string[]]>([
    ['on Linux, yours', LINUX, '/home/ann/.local/state/keelson/state.db', [SYSTEM]],
    ['on Linux, root’s', { ...LINUX, uid: 0, home: '/root' }, SYSTEM, ['/root/.local/state/keelson/state.db']],
    ['where XDG says', { ...LINUX, env: { XDG_STATE_HOME: '/data/x' } }, '/data/x/keelson/state.db', [SYSTEM]],
    [
      'not where XDG says it relatively',
      { ...LINUX, env: { XDG_STATE_HOME: 'data' } },
      '/home/ann/.local/state/keelson/state.db',
      [SYSTEM],
    ],
    [
      'not where XDG says nothing',
      { ...LINUX, env: { XDG_STATE_HOME: '' } },
      '/home/ann/.local/state/keelson/state.db',
      [SYSTEM],
    ],
    [
      'for root not where XDG says',
      { ...LINUX, uid: 0, home: '/root', env: { XDG_STATE_HOME: '/data' } },
      SYSTEM,
      ['/data/keelson/state.db'],
    ],
    ['on macOS, yours', MAC, '/Users/ann/Library/Application Support/Keelson/state.db', [MAC_SYSTEM]],
    [
      'on macOS, root’s',
      { ...MAC, uid: 0, home: '/var/root' },
      MAC_SYSTEM,
      ['/var/root/Library/Application Support/Keelson/state.db'],
    ],
    ['on Windows', WINDOWS, 'C:\\Users\\ann\\AppData\\Local\\Keelson\\state.db', []],
    [
      'on Windows, where local data is kept',
      { ...WINDOWS, env: { LOCALAPPDATA: 'D:\\Local' } },
      'D:\\Local\\Keelson\\state.db',
      [],
    ],
    [
      'on another Unix, as on Linux',
      { ...LINUX, platform: 'freebsd' },
      '/home/ann/.local/state/keelson/state.db',
      [SYSTEM],
    ],
  ])('%s', (_, who, own, others) => {
    expect(locateState(who)).toEqual({ own, others })
  })

  it.skipIf(process.platform !== 'linux')('behind sudo may also be that of the user who called it', () => {
    const { uid, homedir } = userInfo()
    const root: Whereabouts = { ...LINUX, uid: 0, home: '/root', env: { SUDO_UID: String(uid) } }
    const theirs = uid === 0 ? [] : [`${homedir}/.local/state/keelson/state.db`]
    expect(locateState(root).others).toEqual(['/root/.local/state/keelson/state.db', ...theirs])
    // Whoever is 1 on this machine has a home of another name.
    const daemon = locateState({ ...root, env: { SUDO_UID: '1', XDG_STATE_HOME: '/data' } }).others
    expect(daemon[0]).toBe('/data/keelson/state.db')
    expect(daemon[1]).toMatch(/^\/.+\/\.local\/state\/keelson\/state\.db$/)
  })

  it.each(['', '0', '4294967000', 'x'])('behind sudo by SUDO_UID=%j is root’s only', (uid) => {
    const root: Whereabouts = { ...LINUX, uid: 0, home: '/root', env: { SUDO_UID: uid } }
    expect(locateState(root).others).toEqual(['/root/.local/state/keelson/state.db'])
  })

  it('is found for whoever runs this', () => {
    const { own } = locateState(whereabouts())
    expect(own).toMatch(/keelson[\\/]state\.db$/i)
  })
})

describe('another state', () => {
  it('is told of when it exists', () => {
    const folder = makeFolder()
    mkdirSync(join(folder, 'a'))
    const [missing, there] = [join(folder, 'b', 'state.db'), join(folder, 'a', 'state.db')]
    const places = { own: join(folder, 'own.db'), others: [missing, there] }
    expect(findOther(places)).toBeUndefined()
    writeFileSync(there, '')
    expect(findOther(places)).toBe(there)
    expect(findOther({ ...places, others: [] })).toBeUndefined()
  })
})
