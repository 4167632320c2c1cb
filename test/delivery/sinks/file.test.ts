import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Sink, SinkOptions } from '../../../src/core/sink.ts'
import { fileSink } from '../../../src/delivery/sinks/file.ts'
import { countUp, HOSTILE, makeContext, makeEvent, makeEvents, never, sequencesOf } from './make-events.ts'

let folder: string
let path: string
const open: Sink[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keelson-file-sink-'))
  path = join(folder, 'log', 'events.jsonl')
})

afterEach(async () => {
  for (const sink of open.splice(0)) await sink.close()
  rmSync(folder, { recursive: true, force: true })
})

function openSink(options: SinkOptions = {}, context = makeContext()): Sink {
  const sink = fileSink.open({ path, ...options }, context)
  open.push(sink)
  return sink
}

const read = (name = path) => readFileSync(name, 'utf8')

describe('the file sink', () => {
  it('appends each event as one line of JSON, in order, to a file that only its owner reads', async () => {
    const sink = openSink()
    expect(await sink.send(makeEvents(500), never)).toEqual({ settled: 500 })
    expect(await sink.send(makeEvents(500, 501), never)).toEqual({ settled: 500 })
    expect(sequencesOf(read())).toEqual(countUp(1000))
    expect(JSON.parse(read().split('\n')[6] as string)).toEqual(makeEvent(7).document)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
  })

  it('gives new files the permissions asked for, whatever the umask, and leaves those of others', async () => {
    const before = process.umask(0o077)
    try {
      await openSink({ mode: '0640' }).send(makeEvents(1), never)
    } finally {
      process.umask(before)
    }
    expect(statSync(path).mode & 0o777).toBe(0o640)
    chmodSync(path, 0o644)
    await openSink().send(makeEvents(1, 2), never)
    expect(statSync(path).mode & 0o777).toBe(0o644)
    expect(sequencesOf(read())).toEqual([1, 2])
  })

  it('keeps hostile text on its line, the same when read, and shows nothing to a terminal', async () => {
    const hostile = makeEvent(1, { title: HOSTILE, meta: { [HOSTILE]: HOSTILE } })
    await openSink().send([hostile, makeEvent(2)], never)
    expect(sequencesOf(read())).toEqual([1, 2])
    const line = read().split('\n')[0] as string
    expect(JSON.parse(line)).toEqual(hostile.document)
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u)
    expect(line).toContain('é😀')
  })

  it('refuses for good what is no JSON, and delivers the others', async () => {
    const circular: Record<string, unknown> = {}
    circular.self = circular
    const [one, two, three] = makeEvents(3) as [
      ReturnType<typeof makeEvent>,
      ReturnType<typeof makeEvent>,
      ReturnType<typeof makeEvent>,
    ]
    const result = await openSink().send([one, { ...two, document: circular }, three], never)
    expect(result).toMatchObject({ settled: 3, refused: [{ index: 1 }] })
    expect(sequencesOf(read())).toEqual([1, 3])
  })

  it.each(['always', 'interval', 'never'])('writes before it says so with fsync: %s', async (fsync) => {
    const sink = openSink({ fsync })
    expect(await sink.send(makeEvents(3), never)).toEqual({ settled: 3 })
    expect(sequencesOf(read())).toEqual([1, 2, 3])
    await sink.close()
  })
})

describe('a file that somebody else handles', () => {
  it('is made anew, and so is its folder, when it is gone', async () => {
    const context = makeContext()
    const sink = openSink({}, context)
    await sink.send(makeEvents(1), never)
    rmSync(path)
    expect(await sink.send(makeEvents(1, 2), never)).toEqual({ settled: 1 })
    expect(sequencesOf(read())).toEqual([2])
    rmSync(dirname(path), { recursive: true })
    expect(await sink.send(makeEvents(1, 3), never)).toEqual({ settled: 1 })
    expect(sequencesOf(read())).toEqual([3])
    expect(context.told).toEqual([`the folder ${dirname(path)} was made`, `the folder ${dirname(path)} was made`])
  })

  it('is opened again when it was moved away, also where logrotate made a new one', async () => {
    const sink = openSink()
    await sink.send(makeEvents(2), never)
    renameSync(path, `${path}-1`)
    await sink.send(makeEvents(2, 3), never)
    renameSync(path, `${path}-2`)
    writeFileSync(path, '', { mode: 0o640 })
    await sink.send(makeEvents(2, 5), never)
    expect([`${path}-1`, `${path}-2`, path].map((name) => sequencesOf(read(name)))).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    expect(statSync(path).mode & 0o777).toBe(0o640)
  })

  it('goes on at its beginning when it was copied and truncated', async () => {
    const sink = openSink()
    await sink.send(makeEvents(2), never)
    truncateSync(path)
    await sink.send(makeEvents(2, 3), never)
    expect(sequencesOf(read())).toEqual([3, 4])
  })

  it('is followed through a link', async () => {
    mkdirSync(dirname(path))
    writeFileSync(join(folder, 'target'), '')
    symlinkSync(join(folder, 'target'), path)
    await openSink().send(makeEvents(2), never)
    expect(sequencesOf(read(join(folder, 'target')))).toEqual([1, 2])
  })

  it('loses half a line that a kill left at its end, and no more', async () => {
    await openSink().send(makeEvents(3), never)
    appendFileSync(
      path,
      `${JSON.stringify(makeEvent(4).document)}\n${JSON.stringify(makeEvent(5).document).slice(0, 99)}`,
    )
    const context = makeContext()
    await openSink({}, context).send(makeEvents(1, 5), never)
    expect(sequencesOf(read())).toEqual([1, 2, 3, 4, 5])
    expect(context.told).toEqual([`half a line at the end of ${path} was removed (99 bytes); its event comes again`])
  })

  it.each([
    ['half a line and nothing else', '{"uuid":"0', [1]],
    ['zeros that a power cut left', '{"meta":{"sequence":0}}\n{"uu\0\0\0\0', [0, 1]],
    ['only zeros', '\0\0\0\0', [1]],
    ['a whole line without its end', '{"meta":{"sequence":0}}', [0, 1]],
    ['half a line longer than a block', `{"meta":{"sequence":0}}\n{"x":"${'y'.repeat(200_000)}`, [0, 1]],
  ])('is mended where there is %s', async (_, text, expected) => {
    mkdirSync(dirname(path))
    writeFileSync(path, text)
    await openSink().send(makeEvents(1), never)
    expect(sequencesOf(read())).toEqual(expected)
  })

  it('never loses text that is not ours', async () => {
    mkdirSync(dirname(path))
    writeFileSync(path, 'a note without an end')
    await openSink().send(makeEvents(1), never)
    expect(read()).toMatch(/^a note without an end\n\{.*\}\n$/)
  })

  it('is a failure on this machine when it cannot be written, and mends itself', async () => {
    mkdirSync(path, { recursive: true })
    const sink = openSink()
    const failure = { reason: 'local', message: expect.stringContaining(`cannot write to ${path}: EISDIR`) }
    expect(await sink.send(makeEvents(2), never)).toEqual({ settled: 0, failure })
    rmSync(path, { recursive: true })
    expect(await sink.send(makeEvents(2), never)).toEqual({ settled: 2 })
  })

  it('does not hang on a named pipe that nobody reads', async () => {
    mkdirSync(dirname(path))
    execFileSync('mkfifo', [path])
    const failure = { reason: 'local', message: `cannot write to ${path}: it is no regular file` }
    expect(await openSink().send(makeEvents(1), never)).toEqual({ settled: 0, failure })
  })

  it('is not written to once the send is stopped', async () => {
    const failure = { reason: 'local', message: `writing to ${path} was stopped` }
    const sink = openSink()
    const stop = new AbortController()
    stop.abort()
    expect(await sink.send(makeEvents(1), stop.signal)).toEqual({ settled: 0, failure })
    expect(existsSync(path)).toBe(false)
    const later = new AbortController()
    const sending = sink.send(makeEvents(1, 2), later.signal)
    later.abort()
    expect(await sending).toEqual({ settled: 0, failure })
    expect(await sink.send(makeEvents(1, 3), never)).toEqual({ settled: 1 })
    expect(sequencesOf(read()).at(-1)).toBe(3)
  })
})

describe('rotation', () => {
  it('puts files aside by size, keeps so many, and tears no batch apart', async () => {
    const context = makeContext()
    const sink = openSink({ rotate_bytes: 1, keep: 3 }, context)
    for (let n = 0; n < 6; n++) await sink.send(makeEvents(2, 1 + 2 * n), never)
    expect(readdirSync(dirname(path)).sort()).toEqual(['', '.1', '.2', '.3'].map((end) => `events.jsonl${end}`))
    expect(['.3', '.2', '.1', ''].flatMap((end) => sequencesOf(read(path + end)))).toEqual(countUp(8, 5))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(context.told.at(-1)).toBe(`${path} was put aside as ${path}.1`)
  })

  it('keeps fewer from the next time on when it is told to', async () => {
    const sink = openSink({ rotate_bytes: 1, keep: 4 })
    for (let n = 1; n <= 5; n++) await sink.send([makeEvent(n)], never)
    await sink.close()
    await openSink({ rotate_bytes: 1, keep: 2 }).send([makeEvent(6)], never)
    expect(readdirSync(dirname(path))).toHaveLength(3)
    expect(['.2', '.1', ''].flatMap((end) => sequencesOf(read(path + end)))).toEqual([4, 5, 6])
  })

  it('overwrites nothing when it was cut short between two of its steps', async () => {
    const sink = openSink({ rotate_bytes: 1, keep: 5 })
    for (let n = 1; n <= 3; n++) await sink.send([makeEvent(n)], never)
    renameSync(`${path}.2`, `${path}.3`)
    renameSync(`${path}.1`, `${path}.2`)
    await sink.send([makeEvent(4)], never)
    expect(existsSync(`${path}.4`)).toBe(false)
    expect(['.3', '.2', '.1', ''].flatMap((end) => sequencesOf(read(path + end)))).toEqual([1, 2, 3, 4])
  })

  it('puts files aside by time, also after a restart, and not when the clock goes back', async () => {
    const day = 86_400_000
    let now = Date.parse('2026-03-04T23:59:00Z')
    const context = makeContext(() => now)
    const options = { rotate_every: 86_400 }
    const sink = openSink(options, context)
    await sink.send([makeEvent(1)], never)
    now += 120_000
    await sink.send([makeEvent(2)], never)
    expect(sequencesOf(read(`${path}.1`))).toEqual([1])
    now -= day
    await sink.send([makeEvent(3)], never)
    expect(sequencesOf(read())).toEqual([2, 3])
    await sink.close()
    now += 3 * day
    utimesSync(path, new Date(now - day), new Date(now - day))
    await openSink(options, context).send([makeEvent(4)], never)
    expect(['.2', '.1', ''].map((end) => sequencesOf(read(path + end)))).toEqual([[1], [2, 3], [4]])
  })
})

describe('the options of the file sink', () => {
  it.each<[string, SinkOptions, string]>([
    ['a missing path', { path: '' }, 'sink ops: path must be text'],
    ['a folder', { path: '/var/log/' }, 'sink ops: path names a folder'],
    ['an unknown one', { rotate_byte: 1 }, 'sink ops: rotate_byte is not known'],
    ['an unknown fsync', { fsync: 'sometimes' }, 'sink ops: fsync must be one of always, interval, never'],
    ['keep without rotation', { keep: 3 }, 'sink ops: keep says nothing while no file is put aside'],
    ['fsync_every without interval', { fsync_every: 3 }, 'sink ops: fsync_every says nothing with fsync: always'],
    ['too short a period', { rotate_every: 1 }, 'sink ops: rotate_every must be at least 60 seconds'],
    ['half a byte', { rotate_bytes: 1.5 }, 'sink ops: rotate_bytes must be a whole number'],
    ['a mode that everyone may write', { mode: '0666' }, 'sink ops: mode must let its owner read and write'],
    ['a mode that is none', { mode: 'rw' }, 'sink ops: mode must be three octal digits'],
  ])('refuse %s, and say how to mend it', (_, options, message) => {
    const attempt = () => fileSink.open({ path: '/tmp/x', ...options }, makeContext())
    expect(attempt).toThrow(message)
    expect(attempt).toThrow(expect.objectContaining({ code: 'config', hint: expect.stringMatching(/\w/) }))
  })
})
