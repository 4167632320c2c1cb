import { UNKNOWN_ASSET } from './diff.ts'
import { KeelsonError } from './errors.ts'
import { type AssetRecord, type Change, nameOf } from './event.ts'
import type { AssetState, Changes } from './state.ts'

/** What people say of an asset themselves. Absent: it stays as it is; null: it is cleared. */
export interface AssetEdit {
  readonly name?: string | null
  readonly owner?: string | null
  readonly email?: string | null
  readonly team?: string | null
  readonly company?: string | null
  /** All of them. */
  readonly labels?: readonly string[] | null
}

export const ASSET_FIELDS = ['name', 'owner', 'email', 'team', 'company', 'labels'] as const
export type AssetField = (typeof ASSET_FIELDS)[number]

export interface EditContext {
  readonly uuid: string
  /** The name of whoever does it. */
  readonly user: string
  readonly now: number
}

/** Characters of a text, and how many labels an asset may have. */
const LONGEST_TEXT = 256
const MOST_LABELS = 64

/**
 * Writes what people say of an asset, and an entry with what that changed; nothing when it changes nothing. One that
 * is not known yet is made.
 */
export function editAsset(edit: AssetEdit, { uuid, user, now }: EditContext): (state: AssetState) => Changes {
  return ({ asset }) => {
    const before: AssetRecord = asset ?? { ...UNKNOWN_ASSET, uuid }
    const after = applyEdit(before, edit)
    const [last, latest] = [fieldsOf(before), fieldsOf(after)]
    const changed = Object.keys(latest).filter((key) => JSON.stringify(last[key]) !== JSON.stringify(latest[key]))
    const changes = Object.fromEntries(
      changed.map((key): [string, Change<unknown>] => [key, { last: last[key], latest: latest[key] }]),
    )
    if (asset && changed.length === 0) return { entries: [] }
    const entry = {
      action: 'ASSET_UPDATED',
      level: 'INFO',
      observedAt: now,
      changes: asset ? changes : { uuid: { last: null, latest: uuid }, ...changes },
      meta: {},
      user,
    } as const
    return { entries: [entry], asset: after }
  }
}

function applyEdit(before: AssetRecord, { name, owner, email, team, company, labels }: AssetEdit): AssetRecord {
  return {
    ...before,
    // The name that it has anyway need not be given.
    ...(name === undefined || name === nameOf(before) ? {} : { givenName: name }),
    owner: {
      name: owner === undefined ? before.owner.name : owner,
      email: email === undefined ? before.owner.email : email,
    },
    ...(team === undefined ? {} : { team }),
    ...(company === undefined ? {} : { company }),
    ...(labels === undefined ? {} : { labels: [...new Set(labels ?? [])].sort() }),
  }
}

/** The fields by the names that events use. */
function fieldsOf({ givenName, owner, team, company, labels }: AssetRecord): Record<string, unknown> {
  return { given_name: givenName, owner_name: owner.name, owner_email: owner.email, team, company, labels }
}

/** What is wrong with an edit, a sentence each. */
export function findEditProblems({ labels, ...texts }: AssetEdit): string[] {
  const problems = Object.entries(texts).flatMap(([field, value]) =>
    typeof value === 'string' ? findTextProblems(field, value) : [],
  )
  if (typeof texts.email === 'string' && !/^[^\s@]+@[^\s@]+$/.test(texts.email)) {
    problems.push(`the email ${JSON.stringify(texts.email.slice(0, 80))} is not one, such as ann@example.org`)
  }
  if (labels && labels.length > MOST_LABELS) problems.push(`${labels.length} labels are more than ${MOST_LABELS}`)
  return [...problems, ...(labels ?? []).flatMap((label) => findTextProblems('label', label))]
}

function findTextProblems(field: string, value: string): string[] {
  if (value.trim() === '') return [`the ${field} is empty`]
  return value.length > LONGEST_TEXT ? [`the ${field} is longer than ${LONGEST_TEXT} characters`] : []
}

/** @throws KeelsonError with the first problem */
export function requireSoundEdit(edit: AssetEdit): AssetEdit {
  const [problem] = findEditProblems(edit)
  if (problem !== undefined) {
    const hint = 'checks assets set --clear FIELD takes a field away'
    throw new KeelsonError('asset', problem, { hint })
  }
  return edit
}
