import { hash } from 'node:crypto'
import type { Config } from '../config.ts'
import type { Check, Library } from '../core/check.ts'
import { limitEvidence } from '../core/limit-evidence.ts'
import type { Asset, CheckResult, RunReport } from '../core/report.ts'
import type { Selection } from '../core/select.ts'
import { shortenText } from '../core/shorten-text.ts'
import type { AssetFacts, AssetReport, AssetState, ReportedCheck } from '../core/state.ts'
import { createUuidOf } from '../state/uuid-of.ts'
import { defineCheck } from './define-check.ts'
import { definesPlatform } from './library.ts'
import { MissingParamError, paramsOf } from './params.ts'
import { readRecurrence } from './recurrence.ts'

const LONGEST_REASON = 4000

export interface ReportContext {
  readonly config: Config
  readonly library: Library
  readonly selection: Selection
  readonly facts: AssetFacts
  /** What was known before. */
  readonly before: AssetState
  readonly observedAt: number
}

/** A run as the store takes it. A check that was named though it says nothing of this platform is left out. */
export function toAssetReport(report: RunReport, context: ReportContext): AssetReport {
  const { library, selection, facts, observedAt } = context
  const checks = new Map(library.checks.map((check) => [check.id, check]))
  const { platform } = report.asset
  const { patterns, tags, severity, only } = selection
  const whole = patterns.length === 0 && tags.length === 0 && severity === undefined && only === undefined
  return {
    asset: facts,
    source: report.source,
    observedAt,
    checks: report.results.flatMap((result) => {
      const check = checks.get(result.check)
      return check && definesPlatform(check, platform) ? [toReported(result, check, report.asset, context)] : []
    }),
    expected: whole
      ? new Set(library.checks.flatMap((check) => (definesPlatform(check, platform) ? [check.id] : [])))
      : null,
  }
}

function toReported(result: CheckResult, check: Check, asset: Asset, context: ReportContext): ReportedCheck {
  const { config, before, observedAt } = context
  const known = before.checks.get(check.id) ?? check.formerly.map((id) => before.checks.get(id)).find(Boolean)
  const { period } = readRecurrence(check.schedule ?? config.schedule, observedAt)
  return {
    id: check.id,
    title: check.title,
    severity: check.severity,
    ...(check.alarm ? { alarm: check.alarm } : {}),
    formerly: check.formerly,
    // What could not be asked has no version of its own, and so is no other than it was.
    version: result.version || (known?.version ?? ''),
    definition: defineCheck(check, asset.platform, valuesOf(check, config)),
    period,
    verdict: result.verdict,
    reason: result.reason === null ? null : shortenText(result.reason, LONGEST_REASON),
    evidence: limitEvidence(result.evidence),
    evidenceTotal: result.evidenceTotal,
  }
}

function valuesOf(check: Check, config: Config) {
  try {
    return paramsOf(check, config)
  } catch (error) {
    if (error instanceof MissingParamError) return {}
    throw error
  }
}

/**
 * What the store calls this machine. One whose hardware does not tell its UUID (or tells what many others tell) gets one
 * of its name, within this ledger.
 */
export function toFacts(asset: Asset, osquery: string, ledger: string): AssetFacts {
  const { name, platform, os } = asset
  const told = /^[0-]*$|^[f-]*$/.test(asset.uuid) ? name : asset.uuid
  const uuid = UUID.test(told) ? told : createUuidOf()(`asset:${ledger}:${told}`)
  return { uuid, name, platform, os, osquery }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** SHA-256 in hex, and a number made of its first 48 bits. */
export const digestText = (text: string): string => hash('sha256', text, 'hex')
export const tagOfText = (text: string): number => Number.parseInt(digestText(text).slice(0, 12), 16)
