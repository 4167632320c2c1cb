import { describeMoment } from './describe-time.ts'

/** What events of waivers and attestations may say in `meta`; one of another version may lack any of it. */
interface Said {
  readonly waiver?: unknown
  readonly attestation?: unknown
  readonly checks?: unknown
  readonly framework?: unknown
  readonly requirements?: unknown
  readonly assets?: unknown
  readonly reason?: unknown
  readonly approver?: unknown
  readonly by?: unknown
  readonly statement?: unknown
  readonly until?: unknown
  readonly revocation?: unknown
}

type Describe = (said: Said) => string

/** In a line of plain text as it was found. */
export const BY_ACCEPTANCE_ACTION: Readonly<Record<string, Describe>> = {
  WAIVER_GRANTED: (said) =>
    `${waiverOf(said)} granted until ${momentOf(said.until)}: ${textOf(said.reason)}, approved by ${textOf(said.approver)}`,
  WAIVER_REVOKED: (said) => `${waiverOf(said)} revoked: ${textOf(said.revocation)}`,
  WAIVER_EXPIRING: (said) => `${waiverOf(said)} expires at ${momentOf(said.until)}`,
  WAIVER_EXPIRED: (said) => `${waiverOf(said)} expired at ${momentOf(said.until)}: such failures count again`,
  ATTESTATION_GIVEN: (said) =>
    `${attestationOf(said)} given until ${momentOf(said.until)} by ${textOf(said.by)}: ${textOf(said.statement)}`,
  ATTESTATION_REVOKED: (said) => `${attestationOf(said)} revoked: ${textOf(said.revocation)}`,
  ATTESTATION_EXPIRING: (said) => `${attestationOf(said)} expires at ${momentOf(said.until)}`,
  ATTESTATION_EXPIRED: (said) => `${attestationOf(said)} expired at ${momentOf(said.until)}`,
}

function waiverOf({ waiver, checks, assets }: Said): string {
  return `waiver ${textOf(waiver)} of ${listOf(checks)} on ${scopeOf(assets)}`
}

function attestationOf({ attestation, framework, requirements, assets }: Said): string {
  return `attestation ${textOf(attestation)} of ${textOf(framework)} ${listOf(requirements)} on ${scopeOf(assets)}`
}

function scopeOf(assets: unknown): string {
  if (typeof assets !== 'object' || assets === null) return 'unknown assets'
  const { all, ids, names, labels } = assets as Readonly<Record<string, unknown>>
  if (all === true) return 'all assets'
  const parts = [ids, names].filter(Array.isArray).map(listOf)
  return (
    [...parts, ...(Array.isArray(labels) ? [`assets with the label ${listOf(labels)}`] : [])].join(', ') || 'no asset'
  )
}

function listOf(values: unknown): string {
  return Array.isArray(values) ? values.map(textOf).join(', ') : textOf(values)
}

function momentOf(time: unknown): string {
  const at = Date.parse(textOf(time))
  return Number.isNaN(at) ? 'an unknown time' : describeMoment(at)
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value)
}
