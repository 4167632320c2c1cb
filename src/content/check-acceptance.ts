import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isPattern } from '../core/acceptance.ts'
import { messageOf } from '../core/errors.ts'
import type { AnyAcceptance } from '../core/expiry.ts'
import { findClosest } from '../core/find-closest.ts'
import type { Framework } from '../core/framework.ts'
import { toExpression } from '../core/select.ts'
import { readZonedTime } from '../core/zoned-time.ts'
import type { Plain } from './build-clause.ts'
import type { WrittenFile } from './read-definitions.ts'
import { isMapping, quote } from './words.ts'

export interface AcceptanceContext {
  /** The checks that there are, and the ids that they had before; undefined: they are not looked at. */
  readonly checks: readonly { readonly id: string; readonly formerly: readonly string[] }[] | undefined
  /** By reference; undefined: neither frameworks nor evidence are looked at. */
  readonly frameworks: ReadonlyMap<string, Framework> | undefined
  /** Milliseconds; what holds longer is worth a warning. */
  readonly longest: number
}

type Path = readonly (string | number)[]
const DAY = 86_400_000

/** What the schema cannot say of a waiver or an attestation. */
export function checkAcceptance(
  file: WrittenFile,
  kind: AnyAcceptance['kind'],
  written: Plain,
  path: Path,
  context: AcceptanceContext,
): void {
  checkTimes(file, written, path, context.longest)
  if (isMapping(written.assets) && written.assets.all === true && Object.keys(written.assets).length > 1) {
    const hint = 'remove "all", or the rest'
    file.reporter.report({ code: 'all-assets', message: 'all assets are meant, and some are named besides', hint }, [
      ...path,
      'assets',
    ])
  }
  if (kind === 'waiver') checkChecks(file, written, path, context)
  else checkAttestation(file, written, path, context)
}

function checkTimes({ reporter }: WrittenFile, written: Plain, path: Path, longest: number): void {
  const [from, until] = ['from', 'until'].map((key) => {
    const text = written[key]
    if (typeof text !== 'string') return undefined
    const read = readZonedTime(text)
    if ('at' in read) return read.at
    reporter.report({ code: 'bad-time', message: `${key} ${read.problem}`, hint: read.hint }, [...path, key])
    return undefined
  })
  if (from === undefined || until === undefined) return
  if (until <= from) {
    const message = '"until" is not after "from", so that it never holds'
    reporter.report({ code: 'never-holds', message, hint: 'change places' }, [...path, 'until'])
  } else if (until - from > longest) {
    const days = (time: number) => `${Math.round(time / DAY)} days`
    const message = `it holds for ${days(until - from)}, longer than ${days(longest)}`
    const hint = 'end it earlier, so that somebody looks at it again; longest_waiver in keelson.yaml says how long'
    reporter.report({ level: 'warning', code: 'long-waiver', message, hint }, [...path, 'until'])
  }
}

function checkChecks(file: WrittenFile, written: Plain, path: Path, { checks }: AcceptanceContext): void {
  const own = listOf(written.checks)
  const { compensating } = written
  if (typeof compensating === 'string' && own.includes(compensating)) {
    const message = 'the check whose failure is accepted cannot be the one that must pass meanwhile'
    file.reporter.report({ code: 'own-compensation', message, hint: 'name another check, or none' }, [
      ...path,
      'compensating',
    ])
  }
  if (!checks) return
  const ids = checks.map(({ id }) => id)
  const expect = (id: unknown, inner: Path) => {
    if (typeof id !== 'string' || ids.includes(id)) return
    const renamed = checks.find(({ formerly }) => formerly.includes(id))
    const hint = renamed ? `it is called ${renamed.id} now` : hintClosest(id, ids)
    file.reporter.report({ code: 'unknown-check', message: `there is no check ${quote(id)}`, hint }, inner)
  }
  for (const [index, id] of own.entries()) {
    const inner = [...path, 'checks', index]
    if (isPattern(id)) warnUnmatched(file, id, ids, 'check', inner)
    else expect(id, inner)
  }
  expect(compensating, [...path, 'compensating'])
}

function checkAttestation(file: WrittenFile, written: Plain, path: Path, { frameworks }: AcceptanceContext): void {
  if (!frameworks) return
  const { framework: reference, evidence } = written
  if (isMapping(evidence) && file.reporter.isClean([...path, 'evidence'])) {
    checkEvidence(file, evidence, [...path, 'evidence'])
  }
  if (typeof reference !== 'string' || !file.reporter.isClean([...path, 'framework'])) return
  const known = [...frameworks.values()]
  const framework = frameworks.get(reference) ?? known.find(({ formerly }) => formerly.includes(reference))
  if (!framework) {
    const hint = hintClosest(reference, [...frameworks.keys()]) ?? 'checks frameworks lists them'
    const message = `there is no framework ${quote(reference)}`
    file.reporter.report({ code: 'unknown-framework', message, hint }, [...path, 'framework'])
    return
  }
  const own = framework.requirements.filter(({ heading }) => !heading).map(({ id }) => id)
  for (const [index, id] of listOf(written.requirements).entries()) {
    const inner = [...path, 'requirements', index]
    if (isPattern(id)) warnUnmatched(file, id, own, 'requirement', inner)
    else if (!own.includes(id)) {
      const isHeading = framework.requirements.some((each) => each.id === id)
      const message = isHeading
        ? `${quote(id)} is a heading of ${reference}, and asks for nothing itself`
        : `${reference} has no requirement ${quote(id)}`
      const hint = isHeading ? 'name the requirements under it, or a pattern such as "at-*"' : hintClosest(id, own)
      file.reporter.report({ code: 'unknown-requirement', message, hint }, inner)
    }
  }
}

function checkEvidence(file: WrittenFile, evidence: Plain, path: Path): void {
  const named = evidence.file as string
  const place = resolve(dirname(file.document.place([]).file), named)
  try {
    const found = hash('sha256', readFileSync(place), 'hex')
    if (found === (evidence.sha256 as string).toLowerCase()) return
    const message = `${quote(named)} is not what it was when this was attested: its SHA-256 is ${found}`
    const hint = 'put the file back as it was, or have it attested again'
    file.reporter.report({ code: 'evidence-changed', message, hint }, [...path, 'sha256'])
  } catch (error) {
    const message = `the evidence ${quote(named)} cannot be read: ${messageOf(error)}`
    const hint = "a relative path begins at this file's folder"
    file.reporter.report({ code: 'evidence-missing', message, hint }, [...path, 'file'])
  }
}

function warnUnmatched({ reporter }: WrittenFile, pattern: string, ids: readonly string[], noun: string, path: Path) {
  const expression = toExpression(pattern)
  if (ids.some((id) => expression.test(id))) return
  const message = `no ${noun} is called ${quote(pattern)}`
  reporter.report({ level: 'warning', code: `unmatched-${noun}`, message, hint: 'remove it, or mend it' }, path)
}

function hintClosest(id: string, known: readonly string[]): string | undefined {
  const closest = findClosest(id, known)
  return closest ? `did you mean "${closest}"?` : undefined
}

function listOf(written: unknown): readonly string[] {
  return Array.isArray(written) ? written.filter((each) => typeof each === 'string') : []
}
