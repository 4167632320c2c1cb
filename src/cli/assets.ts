import type { Command } from 'commander'
import { ASSET_FIELDS, type AssetEdit, requireSoundEdit } from '../core/edit-asset.ts'
import { KeelsonError } from '../core/errors.ts'
import { nameOf } from '../core/event.ts'
import { chooseAsset, formatAssets, forTerminal, importAssets, readUserName, setAsset, toAssetJson } from '../memory.ts'
import { addReadingOptions, collect } from './options.ts'
import { chooseFormat } from './output.ts'
import { readInput } from './read-input.ts'
import { toJson } from './to-json.ts'
import { type StateCommandOptions, withState } from './with-state.ts'

interface EditOptions extends StateCommandOptions {
  readonly name?: string
  readonly owner?: string
  readonly email?: string
  readonly team?: string
  readonly company?: string
  readonly label?: string[]
  readonly clear?: string[]
}

export function addAssetsCommand(program: Command): void {
  const assets = program.command('assets').description('show the machines that are known, and say whose they are')
  const list = assets
    .command('list', { isDefault: true })
    .description('show each with its name, system, owner, team, company, labels and when it was seen')
    .option('--format <format>', 'table, json')
  addReadingOptions(list).action(listAssets)
  const set = assets
    .command('set')
    .description('say what a machine is called and whose it is')
    .argument('[asset]', 'its name or UUID (default: the one reported last)')
    .option('--name <name>', 'what it is called, whatever it reports')
    .option('--owner <name>', 'whose it is')
    .option('--email <address>', "the owner's")
    .option('--team <name>', "the owner's team")
    .option('--company <name>', 'the company')
    .option('--label <label>', 'a label (repeatable; together they replace those it has)', collect)
    .option('--clear <field...>', `take away what was said: ${ASSET_FIELDS.join(', ')}`)
  addReadingOptions(set).action(editOne)
  const fill = assets
    .command('import')
    .description('say the same of many from a CSV file')
    .argument(
      '<file>',
      'its header names uuid or name, and any of name, owner, email, team, company, labels (between them ;); - is standard input',
    )
  addReadingOptions(fill).action(importFile)
}

async function listAssets(options: StateCommandOptions & { format?: string }): Promise<void> {
  const format = chooseFormat(options.format, ['table', 'json'])
  await withState(options, { create: false }, async ({ store, output }) => {
    const assets = await store.assets()
    const { color, width } = output
    if (format === 'json') {
      output.write(toJson(assets.map(toAssetJson)))
      return
    }
    if (assets.length > 0) output.write(formatAssets(assets, { color, width }))
    output.note(`${assets.length} ${assets.length === 1 ? 'asset' : 'assets'}\n`)
  })
}

async function editOne(given: string | undefined, options: EditOptions): Promise<void> {
  const edit = requireSoundEdit(toEdit(options))
  await withState(options, { create: false }, async ({ store, output, now }) => {
    const asset = await chooseAsset(store, given)
    const changed = await setAsset(store, asset.uuid, edit, { user: readUserName(), now })
    output.note(`${forTerminal(nameOf(asset))}: ${changed ? 'changed' : 'nothing changed'}\n`)
  })
}

function toEdit({ name, owner, email, team, company, label, clear = [] }: EditOptions): AssetEdit {
  const said = { name, owner, email, team, company, labels: label }
  const given: Record<string, string | readonly string[] | null> = Object.fromEntries(
    Object.entries(said).flatMap(([field, value]) => (value === undefined ? [] : [[field, trimAll(value)]])),
  )
  for (const field of clear) {
    if (!ASSET_FIELDS.some((known) => known === field)) {
      throw new KeelsonError('usage', `--clear may be ${ASSET_FIELDS.join(', ')}, not ${field}`, {
        hint: 'the asset itself comes before the options: checks assets set web-1 --clear owner',
      })
    }
    if (Object.hasOwn(given, field)) {
      throw new KeelsonError('usage', `${field} is to be both set and cleared`, { hint: 'leave one of them out' })
    }
    given[field] = null
  }
  if (Object.keys(given).length > 0) return given
  throw new KeelsonError('usage', 'there is nothing to set', { hint: 'such as checks assets set --owner "Ann Lee"' })
}

function trimAll(value: string | readonly string[]): string | readonly string[] {
  return typeof value === 'string' ? value.trim() : value.map((one) => one.trim())
}

async function importFile(file: string, options: StateCommandOptions): Promise<void> {
  const text = await readInput(file)
  await withState(options, { create: true }, async ({ store, output, now }) => {
    const place = { file: file === '-' ? 'standard input' : file, text }
    const { added, changed, unchanged } = await importAssets(store, place, { user: readUserName(), now })
    output.note(`${added} added, ${changed} changed, ${unchanged} as before\n`)
  })
}
