import { statSync } from 'node:fs'
import { type SqlFunction, SqlFunctionError } from '../function.ts'
import type { SqlValue } from '../table.ts'
import { type ByteString, readByteString, readInt32, writeByteString } from './read-values.ts'

interface Command {
  readonly line: ByteString
  readonly quoting: boolean
  readonly escapeByte: ByteString
}

/** Reads (command[, quoting[, escape character]]); undefined when osquery refuses the arguments. */
function readCommand(values: readonly SqlValue[]): Command | undefined {
  const [line, quoting = 0n, escapeCharacter = '\\'] = values
  if (line === undefined || values.includes(null)) return undefined
  const escapeByte = readByteString(escapeCharacter)
  if (escapeByte.length !== 1) return undefined
  return { line: readByteString(line), quoting: readInt32(quoting) !== 0, escapeByte }
}

/**
 * Every beginning of the command line that may be its program: it ends before a blank, or at the end of the line.
 * Quotes and escapes are taken out, and blanks within them do not end it.
 */
function* readCandidates({ line, quoting, escapeByte }: Command): Generator<ByteString> {
  let candidate = ''
  let quoted = false
  let escaped = false
  for (const byte of line.replace(/^[\t-\r ]+/, '')) {
    if (escaped) {
      candidate += byte
      escaped = false
    } else if (quoting && byte === '"') quoted = !quoted
    else if (byte === escapeByte) escaped = true
    else {
      if (!quoted && /[\t-\r ]/.test(byte)) yield candidate
      candidate += byte
    }
  }
  yield candidate
}

function isFile(path: ByteString): boolean {
  try {
    return path !== '' && !statSync(Buffer.from(path, 'latin1')).isDirectory()
  } catch {
    return false
  }
}

function findProgram(...values: SqlValue[]): SqlValue {
  const command = readCommand(values)
  if (!command) throw new SqlFunctionError('Invalid inputs to find_binary_path_from_cmd')
  for (const candidate of readCandidates(command)) {
    if (isFile(candidate)) return writeByteString(candidate)
  }
  return ''
}

/** 0 when two different files could be what the command starts, as with an unquoted path that has spaces. */
function isPathDeterministic(...values: SqlValue[]): SqlValue {
  const command = readCommand(values)
  if (!command) throw new SqlFunctionError('Invalid inputs to is_path_deterministic')
  const programs = [...readCandidates(command)].filter(isFile)
  const [shortest = ''] = programs
  if (shortest === '' || shortest.length === command.line.length) return 1n
  return programs.at(-1)?.length === shortest.length ? 1n : 0n
}

/** Everything before the last `/`: NULL without one, empty for what lies in the root. */
function findParent(value: SqlValue): SqlValue {
  if (typeof value !== 'string') {
    throw new SqlFunctionError('Invalid inputs to parent_directory, TEXT was expected')
  }
  const path = readByteString(value)
  const slash = path.lastIndexOf('/')
  return slash < 0 ? null : writeByteString(path.slice(0, slash))
}

/** Paths are POSIX paths. */
export const pathFunctions: readonly SqlFunction[] = [
  { name: 'parent_directory', arity: [1], call: findParent },
  { name: 'is_path_deterministic', arity: [-1], call: isPathDeterministic },
  { name: 'find_file_path_in_cmd', arity: [-1], call: findProgram },
]
