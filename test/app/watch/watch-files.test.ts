import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { watchFiles } from '../../../src/app/watch/watch-files.ts'
import { until } from '../../osquery/real-sockets.ts'
import { makeFolder } from '../../scenarios/run-checks.ts'

/** A watched folder of checks and a settings file beside it. */
function makePlace() {
  const root = makeFolder()
  const folder = join(root, 'checks')
  mkdirSync(join(folder, 'topic'), { recursive: true })
  writeFileSync(join(folder, 'topic', 'a.yaml'), 'one')
  let changes = 0
  const watched = watchFiles({ folders: [folder], files: [join(root, 'keelson.yaml')], onChange: () => void changes++ })
  onTestFinished(() => watched.close())
  return { root, folder, watched, count: () => changes }
}

describe('the files of checks', () => {
  it.each<[string, (place: { root: string; folder: string }) => void]>([
    ['written', ({ folder }) => writeFileSync(join(folder, 'topic', 'a.yaml'), 'two')],
    ['added', ({ folder }) => writeFileSync(join(folder, 'b.yaml'), 'b')],
    ['removed', ({ folder }) => rmSync(join(folder, 'topic', 'a.yaml'))],
    [
      'replaced by another file, as editors do',
      ({ folder }) => {
        writeFileSync(join(folder, 'topic', '.a.swp'), 'two')
        renameSync(join(folder, 'topic', '.a.swp'), join(folder, 'topic', 'a.yaml'))
      },
    ],
    [
      'put into a new folder',
      ({ folder }) => {
        mkdirSync(join(folder, 'new', 'deep'), { recursive: true })
        writeFileSync(join(folder, 'new', 'deep', 'b.yaml'), 'b')
      },
    ],
    [
      'replaced with their whole folder',
      ({ root, folder }) => {
        mkdirSync(join(root, 'other'))
        writeFileSync(join(root, 'other', 'b.yaml'), 'b')
        renameSync(folder, join(root, 'old'))
        renameSync(join(root, 'other'), folder)
      },
    ],
    [
      'swapped through a symbolic link',
      ({ root, folder }) => {
        mkdirSync(join(root, 'real'))
        writeFileSync(join(root, 'real', 'b.yaml'), 'b')
        symlinkSync(join(root, 'real'), join(folder, 'linked'))
      },
    ],
    ['settings, first written', ({ root }) => writeFileSync(join(root, 'keelson.yaml'), 'schedule: 1h')],
  ])('are noticed when %s, once for what happens together', async (_, change) => {
    const place = makePlace()
    change(place)
    await until(() => place.count() > 0)
    expect(place.count()).toBe(1)
    place.watched.look()
    expect(place.count()).toBe(1)
  })

  it('go on being noticed in a folder that was replaced', async () => {
    const place = makePlace()
    rmSync(place.folder, { recursive: true })
    await until(() => place.count() === 1)
    mkdirSync(place.folder)
    writeFileSync(join(place.folder, 'a.yaml'), 'one')
    await until(() => place.count() === 2)
    writeFileSync(join(place.folder, 'a.yaml'), 'three')
    await until(() => place.count() === 3)
  })

  it('are left alone when nothing but other files changes', () => {
    const place = makePlace()
    writeFileSync(join(place.folder, 'notes.txt'), 'x')
    writeFileSync(join(place.root, 'other.yaml'), 'x')
    place.watched.look()
    expect(place.count()).toBe(0)
  })
})
