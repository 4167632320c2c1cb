import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type AssetScope, EVERY_ASSET, isPattern } from '../../core/acceptance.ts'
import type { NewAcceptance } from '../../core/acceptance-store.ts'
import { SEVERITIES } from '../../core/check.ts'
import { KeelsonError, messageOf } from '../../core/errors.ts'
import { findClosest } from '../../core/find-closest.ts'
import { type Framework, referenceOf } from '../../core/framework.ts'
import { toExpression } from '../../core/select.ts'
import type { Store } from '../../core/store.ts'
import { readZonedTime } from '../../core/zoned-time.ts'
import { chooseAsset } from '../state.ts'

/** Which assets and times somebody names on the command line. */
interface TermsRequest {
  readonly assets?: readonly string[] | undefined
  readonly labels?: readonly string[] | undefined
  readonly allAssets?: boolean | undefined
  readonly from?: string | undefined
  readonly until?: string | undefined
}

export interface WaiverRequest extends TermsRequest {
  readonly checks: readonly string[]
  readonly reason?: string | undefined
  readonly approver?: string | undefined
  readonly risk?: string | undefined
  readonly compensating?: string | undefined
}

export interface AttestationRequest extends TermsRequest {
  readonly framework: Framework
  readonly requirements: readonly string[]
  readonly by?: string | undefined
  readonly statement?: string | undefined
  /** A file. */
  readonly evidence?: string | undefined
}

export interface RequestContext {
  readonly store: Store
  readonly now: number
}

const LONGEST_TEXT = 2000
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** @throws KeelsonError with what is missing or wrong; `known` are the ids of checks that there are */
export async function toNewWaiver(
  { checks, reason, approver, risk, compensating, ...terms }: WaiverRequest,
  { known, ...context }: RequestContext & { readonly known: ReadonlySet<string> },
): Promise<NewAcceptance> {
  const { until } = terms
  const said = requireTexts('waive', { reason, approver, risk, until })
  if (checks.length === 0) throw usage('no check is named', 'checks waive CHECK…: ids or patterns')
  const compensates = compensating === undefined ? [] : [compensating]
  for (const id of [...checks, ...compensates]) requireKnown(id, known, 'check', 'checks list shows them all')
  if (compensating !== undefined && isPattern(compensating)) {
    throw usage(`--compensating must be one check, not ${compensating}`, 'name the check that must pass meanwhile')
  }
  if (compensating !== undefined && checks.includes(compensating)) {
    throw usage('the check whose failure is accepted cannot be the one that must pass meanwhile', 'name another one')
  }
  const level = SEVERITIES.find((each) => each === said.risk)
  if (!level) throw usage(`--risk may be ${SEVERITIES.join(', ')}, not ${said.risk}`, 'what is risked meanwhile')
  const assets = await toScope(terms, context)
  if (!assets) throw usage('no asset is named', 'name some with --asset or --label, or all with --all-assets')
  return {
    kind: 'waiver',
    checks: [...new Set(checks)],
    assets,
    reason: said.reason,
    approver: said.approver,
    risk: level,
    ...readTerms(said.until, terms.from, context.now),
    ...(compensating !== undefined && { compensating }),
  }
}

/** @throws KeelsonError with what is missing or wrong */
export async function toNewAttestation(
  { framework, requirements, by, statement, evidence, ...terms }: AttestationRequest,
  context: RequestContext,
): Promise<NewAcceptance> {
  const { until } = terms
  const said = requireTexts('attest', { by, statement, until })
  const own = framework.requirements.filter(({ heading }) => !heading).map(({ id }) => id)
  const hint = `checks frameworks show ${referenceOf(framework)} lists them`
  if (requirements.length === 0) throw usage('no requirement is named', hint)
  const meant = requirements.map((given) => own.find((id) => id.toLowerCase() === given.toLowerCase()) ?? given)
  for (const id of meant) requireKnown(id, new Set(own), 'requirement', hint)
  return {
    kind: 'attestation',
    framework: referenceOf(framework),
    requirements: [...new Set(meant)],
    assets: (await toScope(terms, context)) ?? EVERY_ASSET,
    by: said.by,
    statement: said.statement,
    ...readTerms(said.until, terms.from, context.now),
    ...(evidence !== undefined && { evidence: { file: evidence, sha256: digestFile(evidence) } }),
  }
}

/** Undefined where no asset is named. */
async function toScope(
  { assets = [], labels = [], allAssets = false }: TermsRequest,
  { store }: RequestContext,
): Promise<AssetScope | undefined> {
  if (allAssets && assets.length + labels.length > 0) {
    throw usage('--all-assets means all, and some are named besides', 'leave out --all-assets, or the rest')
  }
  if (allAssets) return EVERY_ASSET
  if (assets.length + labels.length === 0) return undefined
  if (labels.some((label) => label.trim() === '')) throw usage('the label is empty', 'checks assets shows them')
  const names = assets.filter((each) => isPattern(each))
  // A name may be given to another machine later; what is accepted here is accepted of this one.
  const named = assets.filter((each) => !isPattern(each))
  const ids = await Promise.all(
    named.map(async (each) => (UUID.test(each) ? each : (await chooseAsset(store, each)).uuid)),
  )
  return { all: false, ids: ids.map((id) => id.toLowerCase()), names, labels: [...new Set(labels)] }
}

function readTerms(
  until: string,
  from: string | undefined,
  now: number,
): { readonly from: number; readonly until: number } {
  const read = (text: string, option: string): number => {
    const time = readZonedTime(text)
    if ('problem' in time) throw usage(`${option} ${time.problem}`, time.hint)
    if (time.at < now) throw usage(`${option} lies in the past: ${text}`, 'it holds from now on at the earliest')
    return time.at
  }
  const terms = { from: from === undefined ? now : read(from, '--from'), until: read(until, '--until') }
  if (terms.until <= terms.from) throw usage('--until is not after --from, so that it never holds', 'change places')
  return terms
}

function requireKnown(id: string, known: ReadonlySet<string>, noun: string, otherwise: string): void {
  const expression = toExpression(id)
  if (isPattern(id) ? [...known].some((each) => expression.test(each)) : known.has(id)) return
  const closest = findClosest(id, known)
  throw new KeelsonError(`unknown-${noun}`, `no ${noun} is called ${id}`, {
    hint: closest ? `did you mean ${closest}?` : otherwise,
  })
}

function requireTexts<Key extends string>(
  command: string,
  given: Readonly<Record<Key, string | undefined>>,
): Readonly<Record<Key, string>> {
  const entries = Object.entries(given) as [Key, string | undefined][]
  const missing = entries.filter(([, value]) => value === undefined || value.trim() === '').map(([key]) => `--${key}`)
  if (missing.length > 0) {
    throw usage(`checks ${command} needs ${missing.join(', ')}`, `checks help ${command} says what each means`)
  }
  const long = entries.find(([, value]) => (value?.length ?? 0) > LONGEST_TEXT)
  if (long) throw usage(`--${long[0]} is longer than ${LONGEST_TEXT} characters`, 'say less, or where the rest is')
  return given as Readonly<Record<Key, string>>
}

function digestFile(path: string): string {
  try {
    return hash('sha256', readFileSync(path), 'hex')
  } catch (cause) {
    throw new KeelsonError('unreadable-file', `cannot read ${path}: ${messageOf(cause)}`, {
      cause,
      hint: 'check that it exists and that you may read it',
    })
  }
}

function usage(message: string, hint: string): KeelsonError {
  return new KeelsonError('usage', message, { hint })
}
