import { SEVERITIES } from '../../core/check.ts'
import type { ComparedCheck, ComparedSide } from '../../core/compare-runs.ts'
import { KeelsonError } from '../../core/errors.ts'
import { nameOf } from '../../core/event.ts'
import { type PostureReport, sinceOf, type WordedPosture } from '../../core/posture-report.ts'
import type { Evidence } from '../../core/report.ts'
import { isVerdict } from '../../core/verdict.ts'

type Fields = Readonly<Record<string, unknown>>

const HINT = 'checks run --format json > FILE saves one'

/** A run that was saved with `--format json`. `name` is what people call the text. @throws KeelsonError */
export function readSavedRun(text: string, name: string): ComparedSide {
  let saved: unknown
  try {
    saved = JSON.parse(text)
  } catch (cause) {
    throw new KeelsonError('not-a-run', `${name} is not JSON`, { cause, hint: HINT })
  }
  const { asset, finishedAt, results } = readFields(saved)
  if (!Array.isArray(results) || typeof finishedAt !== 'string' || Number.isNaN(Date.parse(finishedAt))) {
    throw new KeelsonError('not-a-run', `${name} is not a saved run`, { hint: HINT })
  }
  const { uuid, name: assetName } = readFields(asset)
  return {
    asset: readText(uuid) || readText(assetName),
    name: readText(assetName) || readText(uuid),
    at: new Date(finishedAt).toISOString(),
    checks: results.map((result, index) => readResult(readFields(result), `${name}: results[${index}]`)),
  }
}

function readResult(result: Fields, place: string): ComparedCheck {
  const { check, title, severity, verdict, reason, evidence, evidenceTotal, version, memory, waiver } = result
  if (typeof check !== 'string' || !isVerdict(verdict)) {
    throw new KeelsonError('not-a-run', `${place} has no check with a verdict`, { hint: HINT })
  }
  const rows = Array.isArray(evidence) ? evidence.filter(isEvidence) : []
  const { since } = readFields(memory)
  const { id, until } = readFields(waiver)
  return {
    check,
    title: readText(title) || check,
    // What is not said must not look harmless.
    severity: SEVERITIES.find((each) => each === severity) ?? 'critical',
    verdict,
    since: readText(since) || null,
    reason: readText(reason) || null,
    evidence: rows,
    evidenceTotal: typeof evidenceTotal === 'number' ? evidenceTotal : rows.length,
    version: readText(version) || null,
    waiver: typeof id === 'string' ? { id, until: readText(until) } : null,
  }
}

/** What was known of a machine at a time. */
export function toSide({ asset, at, checks }: PostureReport): ComparedSide {
  return { asset: asset.uuid, name: nameOf(asset), at: new Date(at).toISOString(), checks: checks.map(toCompared) }
}

function toCompared(posture: WordedPosture): ComparedCheck {
  const { check, words, verdict, unknown, evidence, evidenceTotal, version, waiver } = posture
  const since = sinceOf(posture)
  return {
    check,
    title: words.title ?? check,
    severity: words.severity ?? 'critical',
    verdict,
    since: since === null ? null : new Date(since).toISOString(),
    reason: unknown?.reason ?? posture.reason,
    evidence,
    evidenceTotal,
    version: version || null,
    waiver: waiver ? { id: waiver.id, until: waiver.until } : null,
  }
}

function isEvidence(row: unknown): row is Evidence {
  const { verdict, found } = readFields(row)
  return isVerdict(verdict) && typeof found === 'object' && found !== null
}

function readFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function readText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
