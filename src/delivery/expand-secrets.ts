import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'

export interface ExpandContext {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder that paths are meant from. */
  readonly folder: string
}

export interface Expanded {
  readonly text: string
  /** What came from elsewhere, and must never be shown. */
  readonly secrets: readonly string[]
  /** What is missing, by its name; never with a value. */
  readonly problems: readonly { readonly message: string; readonly hint: string }[]
  readonly warnings: readonly { readonly message: string; readonly hint: string }[]
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is what people write
export const PLACEHOLDERS = '${env:NAME} or ${file:PATH}'
const LONGEST_FILE = 65_536
/** Everybody may read it. */
const WORLD_READABLE = 0o004

/** Puts in what `${env:NAME}` and `${file:PATH}` stand for; `$${` is `${` itself. What is put in is not looked at again. */
export function expandSecrets(text: string, context: ExpandContext): Expanded {
  const secrets: string[] = []
  const problems: { message: string; hint: string }[] = []
  const warnings: { message: string; hint: string }[] = []
  const refuse = (message: string, hint: string) => {
    problems.push({ message, hint })
    return ''
  }
  const keep = (value: string) => {
    secrets.push(value)
    return value
  }
  const expanded = text.replace(/\$\$\{|\$\{([^}]*)\}?/g, (whole, inner?: string) => {
    if (inner === undefined) return '${'
    const [, kind, name = ''] = /^\s*(env|file):\s*(.*?)\s*$/.exec(inner) ?? []
    if (!whole.endsWith('}') || kind === undefined || name === '') {
      return refuse('the placeholder is not understood', `${PLACEHOLDERS}; a plain \${ is written $\${`)
    }
    if (kind === 'env') {
      const value = Object.hasOwn(context.env, name) ? context.env[name] : undefined
      if (value) return keep(value)
      const hint = 'set it for whoever runs this; a service gets it from its own definition'
      return refuse(`the environment variable ${name} is ${value === undefined ? 'not set' : 'empty'}`, hint)
    }
    const read = readSecretFile(resolve(context.folder, name))
    if ('problem' in read)
      return refuse(`the file ${name} ${read.problem}`, 'name a file that holds it, which we may read')
    if (read.open) warnings.push({ message: `everybody on this machine may read ${name}`, hint: `chmod 600 ${name}` })
    return keep(read.text)
  })
  return { text: expanded, secrets, problems, warnings }
}

function readSecretFile(
  path: string,
): { readonly text: string; readonly open: boolean } | { readonly problem: string } {
  try {
    const stats = statSync(path)
    if (!stats.isFile()) return { problem: 'is no file' }
    if (stats.size > LONGEST_FILE) return { problem: `is longer than ${LONGEST_FILE} bytes` }
    const text = readFileSync(path, 'utf8').replace(/[\r\n]+$/, '')
    if (text === '') return { problem: 'is empty' }
    return { text, open: process.platform !== 'win32' && (stats.mode & WORLD_READABLE) !== 0 }
  } catch (error) {
    const { code = 'the system refused' } = error as NodeJS.ErrnoException
    return { problem: code === 'ENOENT' ? 'does not exist' : `cannot be read: ${code}` }
  }
}
