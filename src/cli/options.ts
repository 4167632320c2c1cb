import { type Command, Option } from 'commander'
import { readConfig } from '../config.ts'
import { PLATFORMS, type Platform, SEVERITIES, type Severity } from '../core/check.ts'
import { KeelsonError } from '../core/errors.ts'
import type { Selection } from '../core/select.ts'

export interface ContentOptions {
  config?: string
  checks?: string[]
  library: boolean
  param?: string[]
}

export interface SelectionOptions {
  tag?: string[]
  severity?: string
  platform?: string
}

/** What narrows a selection to a set that has a name. */
export interface NarrowingOptions {
  profile?: string
  framework?: string
}

export interface SourceOptions {
  socket?: string
  source?: string
  timeout?: string
}

export interface StateOptions {
  state?: string | boolean
}

/** Gathers the values of an option that may be given several times. */
export const collect = (value: string, before: string[] = []) => [...before, value]

/** Options of every command that reads checks. */
export function addContentOptions(command: Command): Command {
  return addLibraryOptions(command).option('--param <check.name=value>', 'a parameter of a check (repeatable)', collect)
}

/** The same without parameters, for what does not depend on them. */
export function addLibraryOptions(command: Command): Command {
  return command
    .option('--checks <dir>', 'a folder of checks that add to the library or replace parts of it (repeatable)', collect)
    .option('--no-library', 'leave the built-in library out')
    .option('--config <file>', 'the settings (default: keelson.yaml in this folder)')
}

/** Options that narrow down which checks are meant. */
export function addSelectionOptions(command: Command): Command {
  return command
    .option('--tag <tag>', 'only checks with this tag (repeatable)', collect)
    .option('--severity <level>', `only this severity and worse: ${SEVERITIES.join(', ')}`)
    .option('--platform <name>', `only checks for this platform: ${PLATFORMS.join(', ')}`)
}

/** Options that narrow down to a set that has a name. */
export function addNarrowingOptions(command: Command): Command {
  return command
    .option('--profile <name>', 'only what this profile means, with its parameters and severities (checks profiles)')
    .option('--framework <name>', 'only checks that support this framework, such as nist-800-53@5 (checks frameworks)')
}

export function addSourceOptions(command: Command): Command {
  return command
    .option('--socket <path>', "osquery's extension socket")
    .addOption(
      new Option('--source <kind>', 'where answers come from: auto, socket, osqueryi, embedded').default(
        undefined,
        'auto',
      ),
    )
    .option('--timeout <seconds>', 'for one query (default: 30)')
}

/** Where verdicts are remembered. */
export function addStateOption(command: Command): Command {
  return command.option(
    '--state <path>',
    'where verdicts are remembered (default: a system folder as root, else your own)',
  )
}

/** Options of commands that read what is remembered. */
export function addReadingOptions(command: Command): Command {
  return addStateOption(command).option('--config <file>', 'the settings (default: keelson.yaml in this folder)')
}

export function toConfig(options: Partial<ContentOptions> & SourceOptions & StateOptions & { strict?: boolean }) {
  return readConfig(options)
}

/** @throws KeelsonError */
export function toSelection(patterns: readonly string[], { tag, severity, platform }: SelectionOptions): Selection {
  return {
    patterns,
    tags: tag ?? [],
    severity: choose<Severity>(severity, SEVERITIES, '--severity'),
    platform: choose<Platform>(platform, PLATFORMS, '--platform'),
  }
}

function choose<T extends string>(given: string | undefined, known: readonly T[], flag: string): T | undefined {
  const choice = known.find((value) => value === given)
  if (given !== undefined && choice === undefined) {
    throw new KeelsonError('usage', `${flag} may be ${known.join(', ')}, not ${given}`)
  }
  return choice
}

/** Nothing to do would look like all is well, most of all to whoever only reads the exit code. @throws KeelsonError */
export function requireSome(things: readonly unknown[], so: string, why = 'no checks are selected'): void {
  if (things.length > 0) return
  throw new KeelsonError('nothing-selected', `${why}, so ${so}`, {
    hint: 'checks list takes the same selection and shows what it means',
  })
}
