import { KeelsonError } from '../core/errors.ts'

/** Where a command writes, and what it knows of the terminal. */
export interface Output {
  write(text: string): void
  note(text: string): void
  /** Whether `write` may colour. */
  readonly color: boolean
  /** Whether `note` may colour. */
  readonly noteColor: boolean
  /** Whether standard output is a terminal, of `width` columns, rather than a file or another program. */
  readonly terminal: boolean
  readonly width: number
  /** Whether a person watches standard error. */
  readonly watched: boolean
}

/** Standard output and error. Colour where a person reads (https://no-color.org, https://force-color.org). */
export function openOutput(env: NodeJS.ProcessEnv = process.env): Output {
  const { stdout, stderr } = process
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0'
  const colours = ({ isTTY }: NodeJS.WriteStream) => forced || (isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb')
  return {
    write: (text) => void stdout.write(text),
    note: (text) => void stderr.write(text),
    color: colours(stdout),
    noteColor: colours(stderr),
    terminal: stdout.isTTY === true,
    width: stdout.columns || 100,
    watched: stderr.isTTY === true && env.TERM !== 'dumb',
  }
}

/** One of a command's formats. @throws KeelsonError */
export function chooseFormat<T extends string>(given: string | undefined, known: readonly [T, ...T[]]): T {
  const choice = known.find((format) => format === (given ?? known[0]))
  if (!choice) throw new KeelsonError('usage', `--format may be ${known.join(', ')}, not ${given}`)
  return choice
}
