import type { Diagnostic } from '../core/check.ts'
import { type AssetEdit, findEditProblems } from '../core/edit-asset.ts'
import { findClosest } from '../core/find-closest.ts'
import { type CsvRecord, parseCsv } from '../core/parse-csv.ts'
import type { KnownAsset, Store } from '../core/store.ts'
import { type Editor, setAsset } from './assets.ts'
import { ContentError } from './library.ts'

export interface Imported {
  readonly changed: number
  readonly unchanged: number
  readonly added: number
}

const COLUMNS = ['uuid', 'name', 'owner', 'email', 'team', 'company', 'labels'] as const
type Column = (typeof COLUMNS)[number]

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

interface Row {
  readonly uuid: string
  readonly edit: AssetEdit
  readonly isNew: boolean
}

/**
 * Writes what a CSV file says of assets. Its header names a column `uuid` or `name` and any of the others; an empty cell
 * leaves what is there.
 * @throws ContentError with every line that is wrong; then nothing is written
 */
export async function importAssets(
  store: Store,
  { file, text }: { readonly file: string; readonly text: string },
  editor: Editor,
): Promise<Imported> {
  const rows = readRows(file, text, await store.assets())
  const changed = await Promise.all(rows.map(({ uuid, edit }) => setAsset(store, uuid, edit, editor)))
  const added = rows.filter(({ isNew }) => isNew).length
  const count = changed.filter(Boolean).length
  return { changed: count - added, unchanged: rows.length - count, added }
}

function readRows(file: string, text: string, known: readonly KnownAsset[]): Row[] {
  const { records, faults } = parseCsv(text)
  const problems: Diagnostic[] = []
  const tell = (line: number, message: string, hint?: string) =>
    problems.push({
      level: 'error',
      code: 'csv',
      message,
      ...(hint ? { hint } : {}),
      place: { file, line, column: 1 },
    })
  for (const { line, problem } of faults) tell(line, problem)
  const [header, ...lines] = records
  const columns = readHeader(header, tell)
  const seen = new Map<string, number>()
  const index = indexAssets(known)
  const rows = columns ? lines.flatMap((record) => readRow(record, columns, index, tell) ?? []) : []
  for (const { uuid, line } of rows) {
    const before = seen.get(uuid)
    if (before !== undefined) tell(line, `the asset ${uuid} stands on line ${before} already`)
    seen.set(uuid, before ?? line)
  }
  if (problems.length > 0) throw new ContentError(problems)
  return rows
}

interface AssetIndex {
  readonly uuids: ReadonlySet<string>
  /** UUIDs by given and reported name. */
  readonly byName: ReadonlyMap<string, readonly string[]>
}

function indexAssets(known: readonly KnownAsset[]): AssetIndex {
  const byName = new Map<string, string[]>()
  for (const { uuid, name, givenName } of known) {
    for (const each of new Set([name, givenName ?? name])) byName.set(each, [...(byName.get(each) ?? []), uuid])
  }
  return { uuids: new Set(known.map(({ uuid }) => uuid)), byName }
}

type Tell = (line: number, message: string, hint?: string) => void

function readHeader(header: CsvRecord | undefined, tell: Tell): readonly Column[] | undefined {
  if (!header) {
    tell(1, 'the file is empty', `it begins with a line that names the columns: ${COLUMNS.join(',')}`)
    return undefined
  }
  let sound = true
  const fail = (message: string, hint: string) => {
    sound = false
    tell(header.line, message, hint)
  }
  const names = header.cells.map((cell) => cell.trim().toLowerCase())
  for (const [index, name] of names.entries()) {
    const closest = findClosest(name, COLUMNS)
    if (!COLUMNS.some((column) => column === name)) {
      fail(
        `there is no column ${JSON.stringify(name)}`,
        closest ? `did you mean ${closest}?` : `known: ${COLUMNS.join(', ')}`,
      )
    } else if (names.indexOf(name) !== index) fail(`the column ${name} is there twice`, 'leave one of them out')
  }
  if (sound && !names.includes('uuid') && !names.includes('name')) {
    fail('nothing tells which asset is meant', 'add a column uuid or name')
  }
  return sound ? (names as Column[]) : undefined
}

function readRow(
  { cells, line }: CsvRecord,
  columns: readonly Column[],
  known: AssetIndex,
  tell: Tell,
): (Row & { line: number }) | undefined {
  if (cells.length !== columns.length) {
    tell(
      line,
      `the line has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, and the header ${columns.length}`,
      'quote cells that hold commas',
    )
    return undefined
  }
  const values = Object.fromEntries(
    columns.map((column, index) => [column, cells[index]?.trim() || undefined]),
  ) as Partial<Record<Column, string>>
  const { uuid, labels, ...texts } = values
  const found = findAsset(uuid?.toLowerCase(), texts.name, known, (message, hint) => tell(line, message, hint))
  const { name, ...others } = texts
  const edit: AssetEdit = {
    ...others,
    ...(uuid && name !== undefined ? { name } : {}),
    ...(labels === undefined
      ? {}
      : {
          labels: labels
            .split(';')
            .map((label) => label.trim())
            .filter(Boolean),
        }),
  }
  const wrong = findEditProblems(edit)
  for (const problem of wrong) tell(line, problem)
  return found && wrong.length === 0 ? { ...found, edit, line } : undefined
}

function findAsset(
  uuid: string | undefined,
  name: string | undefined,
  known: AssetIndex,
  fail: (message: string, hint?: string) => void,
): Pick<Row, 'uuid' | 'isNew'> | undefined {
  if (uuid !== undefined) {
    if (UUID.test(uuid)) return { uuid, isNew: !known.uuids.has(uuid) }
    fail(`${JSON.stringify(uuid)} is no UUID`, 'such as 4e8924a8-31ff-4895-8956-92879b8c617e')
    return undefined
  }
  if (name === undefined) {
    fail('nothing tells which asset is meant', 'fill in uuid or name')
    return undefined
  }
  const [meant, ...others] = known.byName.get(name) ?? []
  if (meant !== undefined && others.length === 0) return { uuid: meant, isNew: false }
  if (meant !== undefined) fail(`${others.length + 1} assets are called ${name}`, 'name it by its UUID')
  else fail(`no asset is called ${name}`, 'one that is not known yet needs its UUID')
  return undefined
}
