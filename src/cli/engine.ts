import type { Command } from 'commander'
import { serveEngine } from '../app.ts'
import { openOutput } from './output.ts'

export function addEngineCommand(program: Command): void {
  program
    .command('engine')
    .description('serve the embedded engine on an extension socket, for any osquery client (Linux)')
    .requiredOption('--socket <path>', 'the socket to make')
    .action(serve)
}

async function serve({ socket }: { socket: string }): Promise<void> {
  const output = openOutput()
  // Heard from the start: a signal that came before this would leave the socket behind.
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  const { close } = await serveEngine(socket)
  output.note(`serving the embedded engine on ${socket}; end with Ctrl-C\n`)
  await ended
  await close()
}
