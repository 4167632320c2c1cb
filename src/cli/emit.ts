import type { Command } from 'commander'
import { EMITTED_SEVERITIES, toEmittedEntry } from '../core/emit-event.ts'
import { KeelsonError } from '../core/errors.ts'
import { type EmitRequest, emitEvents, forJson, readRequests } from '../memory.ts'
import { addReadingOptions, collect } from './options.ts'
import { chooseFormat } from './output.ts'
import { readInput } from './read-input.ts'
import { type StateCommandOptions, withState } from './with-state.ts'

interface Options extends StateCommandOptions {
  readonly type?: string
  readonly message?: string
  readonly severity?: string
  readonly originator?: string
  readonly actor?: string
  readonly asset?: string | boolean
  readonly alarm?: boolean
  readonly meta?: string[]
  readonly json?: boolean
  readonly format?: string
}

export function addEmitCommand(program: Command): void {
  const command = program
    .command('emit')
    .description("write an application's own event to the ledger; it is on the disk when this returns")
    .option('--type <type>', 'what it is, in upper-case words, such as SESSION_AUTH')
    .option('--message <text>', 'what happened, in a sentence')
    .option('--severity <severity>', `${EMITTED_SEVERITIES.join(', ')} (default: information)`)
    .option('--originator <name>', 'whoever caused it')
    .option('--actor <name>', 'whoever sends it')
    .option('--asset <asset>', 'the machine that it is about: its name or UUID (default: this one, if it is known)')
    .option('--no-asset', 'it is about no machine')
    .option('--alarm', 'raise it to CRITICAL')
    .option('--meta <key=value>', "more of the application's own (repeatable)", collect)
    .option('--json', 'read it from standard input instead: one event as JSON, or one on each line')
    .option('--format <format>', 'text (the UUID and the place in the ledger), json')
    .addHelpText(
      'after',
      '\nAs JSON: type and message, and any of severity, originator, actor, alarm (true), data (an object), asset (false: none).',
    )
  addReadingOptions(command).action(emit)
}

async function emit(options: Options): Promise<void> {
  const format = chooseFormat(options.format, ['text', 'json'])
  const requests = options.json ? await readJson(options) : [toRequest(options)]
  // What is wrong with it is told before a state is made.
  for (const request of requests) toEmittedEntry(request, 0)
  await withState(options, { create: true }, async ({ store, output, now }) => {
    for (const { sequence, event } of await emitEvents(store, requests, now)) {
      const uuid = event?.uuid ?? ''
      output.write(format === 'json' ? `${forJson({ uuid, sequence })}\n` : `${uuid} ${sequence}\n`)
    }
  })
}

const GIVEN = ['type', 'message', 'severity', 'originator', 'actor', 'alarm', 'meta'] as const

async function readJson(options: Options): Promise<EmitRequest[]> {
  const both = GIVEN.find((key) => options[key] !== undefined)
  if (both) {
    throw new KeelsonError('usage', `--json reads the event from standard input, so that --${both} has no place`, {
      hint: 'give one of the two',
    })
  }
  const asset = toAsset(options)
  return readRequests(await readInput('-')).map((request) => ({ ...asset, ...request }))
}

function toRequest(options: Options): EmitRequest {
  const { type, message, severity, originator, actor, alarm, meta } = options
  if (type === undefined || message === undefined) {
    throw new KeelsonError('usage', `--${type === undefined ? 'type' : 'message'} is missing`, {
      hint: 'checks emit --type SESSION_AUTH --message "Session authentication failed."',
    })
  }
  return {
    type,
    message,
    ...(severity === undefined ? {} : { severity }),
    ...(originator === undefined ? {} : { originator }),
    ...(actor === undefined ? {} : { actor }),
    ...(alarm === undefined ? {} : { alarm }),
    ...(meta === undefined ? {} : { data: readPairs(meta) }),
    ...toAsset(options),
  }
}

function toAsset({ asset }: Options): Pick<EmitRequest, 'asset'> {
  return typeof asset === 'string' || asset === false ? { asset } : {}
}

function readPairs(pairs: readonly string[]): Record<string, string> {
  const entries = pairs.map((pair) => {
    const [key = '', ...rest] = pair.split('=')
    if (key.trim() !== '' && rest.length > 0) return [key, rest.join('=')] as const
    throw new KeelsonError('usage', `--meta must be key=value, not ${pair}`, { hint: 'such as --meta ip=192.0.2.7' })
  })
  return Object.fromEntries(entries)
}
