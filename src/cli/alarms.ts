import type { Command } from 'commander'
import { formatColumns, forTerminal, loadDelivery, readUserName } from '../app.ts'
import { KeelsonError } from '../core/errors.ts'
import { LEVELS } from '../core/event.ts'
import { readAlarm } from '../core/read-filter.ts'
import { withStore } from './filters.ts'
import { addReadingOptions } from './options.ts'
import { chooseFormat, openOutput } from './output.ts'
import { toJson } from './to-json.ts'
import type { StateCommandOptions } from './with-state.ts'

type Options = StateCommandOptions & { format?: string }

/** `checks alarms`: which events are raised to alarms. */
export function addAlarmsCommand(program: Command): void {
  const alarms = program
    .command('alarms')
    .description('tell and change which events are alarms, which pass every filter; recorded in the ledger')
  const list = alarms
    .command('list', { isDefault: true })
    .description('show them')
    .option('--format <format>', 'table, json')
  addReadingOptions(list).action(listAlarms)
  const add = alarms
    .command('add')
    .description('raise events of an action, at or above a level, to CRITICAL')
    .argument('<action>', 'what happened, such as SESSION_AUTH, or a pattern with * and ?')
    .argument('<level>', LEVELS.join(', '))
  addReadingOptions(add).action(addOne)
  const remove = alarms
    .command('remove')
    .description('leave them at their level')
    .argument('<action>', 'as it was added')
  addReadingOptions(remove).action(removeOne)
}

async function listAlarms(options: Options): Promise<void> {
  const format = chooseFormat(options.format, ['table', 'json'])
  const { readFilterSet } = await loadDelivery()
  await withStore(options, async ({ store }) => {
    const output = openOutput()
    const { alarms } = readFilterSet(store)
    if (format === 'json') output.write(toJson(alarms))
    else if (alarms.length === 0)
      output.note('there are none, beside those that checks and applications raise themselves\n')
    else output.write(formatColumns([['ACTION', 'FROM'], ...alarms.map(({ action, level }) => [action, level])]))
  })
}

async function addOne(action: string, level: string, options: Options): Promise<void> {
  const read = readAlarm(action, level)
  if ('problem' in read) throw new KeelsonError('usage', read.problem.message, { hint: read.problem.hint })
  const { alarm } = read
  const { addAlarm } = await loadDelivery()
  await withStore(options, async ({ store }) => {
    const added = addAlarm(store, alarm, { user: readUserName(), now: Date.now() })
    const what = `${forTerminal(alarm.action)} at ${alarm.level} or above`
    openOutput().write(`${added ? 'alarms from now on' : 'alarms already'}: ${what}\n`)
  })
}

async function removeOne(action: string, options: Options): Promise<void> {
  const { removeAlarm } = await loadDelivery()
  await withStore(options, async ({ store }) => {
    const known = action.toUpperCase()
    if (!removeAlarm(store, known, { user: readUserName(), now: Date.now() })) {
      throw new KeelsonError('usage', `there is no alarm for ${known}`, { hint: 'checks alarms lists them' })
    }
    openOutput().write(`no alarms any more: ${forTerminal(known)}\n`)
  })
}
