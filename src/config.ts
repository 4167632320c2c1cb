import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Config, DEFAULTS, type Flags } from './config-settings.ts'
import {
  invalid,
  readBoolean,
  readDuration,
  readEffect,
  readParams,
  readSchedule,
  readSeconds,
  readSource,
  readText,
  readTextParams,
  readTexts,
  readVersion,
} from './config-values.ts'
import { readParamSettings } from './content/param-data-settings.ts'
import { isMapping } from './content/words.ts'
import type { YamlDocument } from './content/yaml-document.ts'
import { parseYaml } from './content/yaml-document.ts'
import { KeelsonError } from './core/errors.ts'
import { findClosest } from './core/find-closest.ts'
import type { ParamSource } from './core/param-source.ts'
import type { WrittenSection } from './core/written-section.ts'

export { type Config, type Flags, makeConfig } from './config-settings.ts'
export { readSource } from './config-values.ts'

/** Reads the settings once, checks them and freezes them. @throws KeelsonError for the first wrong one. */
export function readConfig(flags: Flags, env: NodeJS.ProcessEnv = process.env, cwd: string = process.cwd()): Config {
  const named = flags.config ?? env.KEELSON_CONFIG
  const file = named ? resolve(cwd, named) : join(cwd, 'keelson.yaml')
  if (named && !existsSync(file)) throw invalid(`there is no configuration file ${named}`, 'checks init writes one')
  const written = existsSync(file) ? readFileSettings(file) : {}
  const config: Config = {
    ...DEFAULTS,
    ...written,
    ...fromEnvironment(env, cwd),
    ...fromFlags(flags, cwd),
  }
  return Object.freeze(config)
}

/** A socket that was named is meant to be used, whatever a weaker place says of the source. @throws KeelsonError */
function readPlace(
  given: { source?: string | undefined; socket?: string | undefined },
  names: { source: string; socket: string },
): Pick<Partial<Config>, 'source' | 'socket'> {
  const source = given.source === undefined ? undefined : readSource(given.source, names.source)
  if (given.socket === undefined) return source === undefined ? {} : { source }
  if (source === 'osqueryi' || source === 'embedded') {
    throw invalid(`${names.socket} names a socket, but ${names.source} says ${source}`, 'give one of the two')
  }
  return { source: 'socket', socket: given.socket }
}

function fromFlags(flags: Flags, cwd: string): Partial<Config> {
  const { checks, library, param, source, socket, timeout, strict, state, metrics } = flags
  return {
    ...(checks ? { checks: checks.map((folder) => resolve(cwd, folder)) } : {}),
    ...(library === false ? { library } : {}),
    ...(param ? { textParams: readTextParams(param) } : {}),
    ...readPlace({ source, socket }, { source: '--source', socket: '--socket' }),
    ...(timeout === undefined ? {} : { timeout: readSeconds(timeout, '--timeout') }),
    ...(strict ? { strict } : {}),
    ...(metrics === undefined ? {} : { metrics }),
    ...(state === undefined || state === true ? {} : { state: state === false ? false : resolve(cwd, state) }),
  }
}

function fromEnvironment(env: NodeJS.ProcessEnv, cwd: string): Partial<Config> {
  const { KEELSON_CHECKS: checks, KEELSON_SOURCE: source, KEELSON_SOCKET: socket, KEELSON_TIMEOUT: timeout } = env
  const { KEELSON_STATE: state } = env
  const separator = process.platform === 'win32' ? ';' : ':'
  return {
    ...(checks ? { checks: checks.split(separator).map((folder) => resolve(cwd, folder)) } : {}),
    ...readPlace(
      { source: source || undefined, socket: socket || undefined },
      { source: 'KEELSON_SOURCE', socket: 'KEELSON_SOCKET' },
    ),
    ...(timeout ? { timeout: readSeconds(timeout, 'KEELSON_TIMEOUT') } : {}),
    ...(state ? { state: state === 'none' ? false : resolve(cwd, state) } : {}),
  }
}

type Reader = (value: unknown, folder: string, document: YamlDocument | undefined) => Partial<Config>

// One entry per key of keelson.yaml: what it may be, and what it sets.
const KEYS: Readonly<Record<string, Reader>> = {
  checks: (value, folder) => ({ checks: readPaths(value, 'checks', folder) }),
  library: (value) => ({ library: readBoolean(value, 'library') }),
  params: (value) => ({ params: readParams(value) }),
  param_data: (value, folder) => ({ paramData: readParamSources(value, folder) }),
  frameworks: (value, folder) => ({ frameworks: readPaths(value, 'frameworks', folder) }),
  profiles: (value, folder) => ({ profiles: readPaths(value, 'profiles', folder) }),
  waivers: (value, folder) => ({ waivers: readPaths(value, 'waivers', folder) }),
  expiry_notice: (value) => ({ expiryNotice: readDuration(value, 'expiry_notice') }),
  longest_waiver: (value) => ({ longestWaiver: readDuration(value, 'longest_waiver') }),
  framework_titles: (value, folder) => ({ frameworkTitles: readPaths(value, 'framework_titles', folder) }),
  effects: (value) => ({ effects: readTexts(value, 'effects').map(readEffect) }),
  osquery_version: (value) => ({ osqueryVersion: readVersion(value) }),
  extension: (value) => ({ extension: readBoolean(value, 'extension') }),
  source: (value) => ({ source: readSource(readText(value, 'source'), 'source') }),
  socket: (value, folder) => ({ socket: resolve(folder, readText(value, 'socket')) }),
  timeout: (value) => ({ timeout: readSeconds(value, 'timeout') }),
  strict: (value) => ({ strict: readBoolean(value, 'strict') }),
  state: (value, folder) => ({ state: value === false ? false : resolve(folder, readText(value, 'state')) }),
  schedule: (value) => ({ schedule: readSchedule(value) }),
  metrics: (value) => ({ metrics: readText(value, 'metrics') }),
  sinks: (value, _, document) => (document ? { sinks: toSection(value, 'sinks', document) } : {}),
}

function readPaths(value: unknown, key: string, folder: string): string[] {
  return readTexts(value, key).map((path) => resolve(folder, path))
}

function readFileSettings(file: string): Partial<Config> {
  const { documents, diagnostics } = parseYaml(readConfigText(file), file)
  const [fault] = diagnostics.filter(({ level }) => level === 'error')
  if (fault) throw invalid(`${file}:${fault.place.line}:${fault.place.column}: ${fault.message}`, fault.hint)
  if (documents.length > 1) throw invalid(`${file} holds several documents`, 'keep one')
  const document = documents[0]
  const settings = document?.value ?? {}
  if (!isMapping(settings)) throw invalid(`${file} must hold a mapping of settings`)
  let config: Partial<Config> = { file }
  for (const [key, value] of Object.entries(settings)) {
    const { line, column } = document?.place([key], 'key') ?? { line: 1, column: 1 }
    const read = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined
    if (!read) {
      const closest = findClosest(key, Object.keys(KEYS))
      const hint = closest ? `did you mean ${closest}?` : `known: ${Object.keys(KEYS).join(', ')}`
      throw invalid(`${file}:${line}:${column}: unknown setting ${key}`, hint)
    }
    try {
      config = { ...config, ...read(value, dirname(file), document) }
    } catch (error) {
      if (!(error instanceof KeelsonError)) throw error
      throw invalid(`${file}:${line}:${column}: ${error.message}`, error.hint)
    }
  }
  return { ...config, ...readPlace(config, { source: `source of ${file}`, socket: `socket of ${file}` }) }
}

function readParamSources(value: unknown, folder: string): readonly ParamSource[] {
  const read = readParamSettings(value, (path) => resolve(folder, path))
  if ('problem' in read) throw invalid(read.problem, read.hint)
  return read.sources
}

function toSection(value: unknown, key: string, { place, source }: YamlDocument): WrittenSection {
  return {
    file: place([]).file,
    value,
    place: (path, on) => place([key, ...path], on),
    source: (path) => source([key, ...path]),
  }
}

function readConfigText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new KeelsonError('config', `cannot read ${file}`, { cause, hint: (cause as Error).message })
  }
}
