import type { Command } from 'commander'
import { serveEngine } from '../app.ts'
import { addReadingOptions, type ContentOptions, type StateOptions, toConfig } from './options.ts'
import { openOutput } from './output.ts'

type Options = StateOptions & Pick<ContentOptions, 'config'> & { readonly socket: string; readonly plain?: boolean }

export function addEngineCommand(program: Command): void {
  const command = program
    .command('engine')
    .description('serve the embedded engine on an extension socket, for any osquery client (Linux)')
    .requiredOption('--socket <path>', 'the socket to make')
    .option('--plain', 'only tables that osquery itself has: others may be added by extensions')
  addReadingOptions(command).action(serve)
}

async function serve({ socket, plain, ...options }: Options): Promise<void> {
  const output = openOutput()
  // Heard from the start: a signal that came before this would leave the socket behind.
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  const { close } = await serveEngine(socket, { plain, config: toConfig(options) })
  output.note(`serving the embedded engine on ${socket}; end with Ctrl-C\n`)
  await ended
  await close()
}
