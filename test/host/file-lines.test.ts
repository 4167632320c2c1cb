import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Host } from '../../src/host/host.ts'
import { makeMachine, openFileTables } from './open-file-tables.ts'

const MiB = 1 << 20

describe('file_lines', () => {
  it('numbers the lines of a file, keeps empty ones, and takes no line after the last end', () => {
    const { query } = makeMachine({ '/etc/a': 'one\n\n  three  \r\nfour', '/etc/b': 'x\n', '/etc/empty': '' })
    expect(query("SELECT * FROM file_lines WHERE path = '/etc/a'")).toEqual([
      { path: '/etc/a', number: '1', line: 'one' },
      { path: '/etc/a', number: '2', line: '' },
      { path: '/etc/a', number: '3', line: '  three  \r' },
      { path: '/etc/a', number: '4', line: 'four' },
    ])
    expect(query("SELECT * FROM file_lines WHERE path = '/etc/b'")).toHaveLength(1)
    expect(query("SELECT * FROM file_lines WHERE path = '/etc/empty'")).toEqual([])
  })

  it('expands patterns as file does: % for one level, a closing %% for all below', () => {
    const { query } = makeMachine({ '/d/a.conf': 'a\n', '/d/b.conf': 'b\n', '/d/e/c.conf': 'c\n', '/d/.hidden': 'h\n' })
    const lines = (where: string) => query(`SELECT line FROM file_lines WHERE ${where}`).map(({ line }) => line)
    expect(lines("path LIKE '/d/%.conf'")).toEqual(['a', 'b'])
    expect(lines("path LIKE '/d/%%'")).toEqual(['a', 'b', 'c'])
    expect(lines("path IN ('/d/b.conf', '/d/none', '/d/a.conf')").sort()).toEqual(['a', 'b'])
    expect(lines("path = '/d/a.conf' OR path = '/d/.hidden' OR path LIKE '/d/a%'").sort()).toEqual(['a', 'h'])
    expect(lines("path LIKE '/d/%.conf' AND line = 'b'")).toEqual(['b'])
  })

  it('must be asked for a path', () => {
    const { query } = makeMachine({})
    expect(() => query('SELECT * FROM file_lines')).toThrow('without a required column')
    for (const where of ["path GLOB '/etc/*'", 'path IS NOT NULL', "path = ''"]) {
      expect(() => query(`SELECT * FROM file_lines WHERE ${where}`)).toThrow(/must be asked for a path|required column/)
    }
  })

  it('follows links, and passes over what is no regular file', () => {
    const { root, query } = makeMachine({ '/d/a': 'a\n' })
    symlinkSync('a', join(root, 'd/link'))
    symlinkSync('nowhere', join(root, 'd/broken'))
    mkdirSync(join(root, 'd/folder'))
    execFileSync('mkfifo', [join(root, 'd/pipe')])
    expect(query("SELECT path FROM file_lines WHERE path LIKE '/d/%'").map(({ path }) => path)).toEqual([
      '/d/a',
      '/d/link',
    ])
  })

  it('shows bytes that are no text in place, and hides nothing behind a NUL', () => {
    const { root, query } = makeMachine({ '/a': '' })
    writeFileSync(join(root, 'a'), Buffer.from('before\0after\n\xff\n', 'latin1'))
    expect(query("SELECT line FROM file_lines WHERE path = '/a'")).toEqual([
      { line: 'before\ufffdafter' },
      { line: '\ufffd' },
    ])
  })

  it('refuses files that are too large, alone or together, rather than cutting them', () => {
    const { root, query } = makeMachine({ '/large': '', '/d/1': '', '/d/2': '', '/d/3': '', '/d/4': '' })
    writeFileSync(join(root, 'large'), Buffer.alloc(4 * MiB + 1, 'x\n'))
    expect(() => query("SELECT count(*) FROM file_lines WHERE path = '/large'")).toThrow('/large is larger than 4 MiB')
    for (const name of '1234') writeFileSync(join(root, 'd', name), Buffer.alloc(4 * MiB, `${'x'.repeat(1023)}\n`))
    const count = () => query("SELECT count(*) AS n FROM file_lines WHERE path LIKE '/d/%'")[0]?.n
    expect(count()).toBe('16384')
    writeFileSync(join(root, 'd/5'), 'one too many\n')
    expect(count).toThrow('more than 16 MiB together')
  })

  it('reads files of /proc, whose size says nothing, and does not wait for one that has nothing to say', () => {
    const query = openFileTables(new Host())
    expect(query("SELECT line FROM file_lines WHERE path = '/proc/self/status' AND line LIKE 'Name:%'")).toHaveLength(1)
    // As root there is nothing now; others may not look, or the kernel has messages to say.
    expect(() => query("SELECT line FROM file_lines WHERE path = '/proc/kmsg'")).toThrow(/cannot read|larger than/)
  })

  it.runIf(process.getuid?.() === 0)('says which file cannot be read', () => {
    const { root } = makeMachine({ '/secret': 'x\n' })
    execFileSync('chmod', ['600', join(root, 'secret')])
    execFileSync('chmod', ['755', root])
    const asNobody = `
      import { Host } from '${join(import.meta.dirname, '../../src/host/host.ts')}'
      import { fileLines } from '${join(import.meta.dirname, '../../src/host/tables/file-lines.ts')}'
      process.setuid(65534)
      const context = { equals: () => ['/secret'], likes: () => [] }
      try { [...fileLines.generate(context, new Host('${root}'))] } catch (error) { console.log(error.message) }`
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', asNobody], { encoding: 'utf8' })
    expect(said).toBe('cannot read /secret: permission denied (run as root)\n')
  })
})
