import { loadFrameworks, openLibrary, requireSound } from '../app.ts'
import { type ContentOptions, toConfig } from './options.ts'
import { chooseFormat, openOutput } from './output.ts'

export interface FrameworkOptions extends ContentOptions {
  format?: string
}

export const FORMATS = ['table', 'json', 'csv', 'markdown'] as const

/** What every command of frameworks and profiles needs. @throws KeelsonError */
export async function openFrameworks(options: FrameworkOptions) {
  const format = chooseFormat(options.format, FORMATS)
  const config = toConfig(options)
  const library = requireSound(openLibrary(config))
  const app = await loadFrameworks()
  const opened = app.requireSoundFrameworks(app.openFrameworks(config, library))
  const output = openOutput()
  const width = output.terminal ? { width: output.width } : {}
  return { format, config, library, app, opened, output, width }
}
