import type { Command } from 'commander'
import { forTerminal, loadParamKeys } from '../app.ts'
import { parseDuration } from '../core/duration.ts'
import { KeelsonError } from '../core/errors.ts'
import { openOutput } from './output.ts'

export function addParamsCommand(program: Command): void {
  const params = program.command('params').description('sign files of parameters, and verify them')
  params
    .command('keygen')
    .description('make a private key to sign with, and show the public key that belongs to it')
    .argument('<file>', 'the file for the private key; it must not exist')
    .action(async (file: string) => {
      const { makeParamKey } = await loadParamKeys()
      openOutput().write(`${makeParamKey(file)}\n`)
      openOutput().note('this public key belongs in keelson.yaml, as the key: of param_data\n')
    })
  params
    .command('sign')
    .description('write the signature of a data file beside it, as FILE.sig')
    .argument('<file>', 'YAML with issued_at: and params: by check')
    .requiredOption('--key <file>', 'the private key (Ed25519, PEM)')
    .action(async (file: string, { key }: { key: string }) => {
      const { signParams } = await loadParamKeys()
      const { signature, issuedAt, key: publicKey } = signParams(file, key)
      openOutput().write(`wrote ${forTerminal(signature)}: issued at ${issuedAt}, key ${publicKey}\n`)
    })
  params
    .command('verify')
    .description('say whether the values of a signed file would be taken, and which these are')
    .argument('<file>', 'the data file; its signature is FILE.sig')
    .requiredOption('--key <key>', 'the public key, or a file that holds it')
    .option('--max-age <duration>', 'how old it may be', '3650d')
    .action(verify)
}

async function verify(file: string, { key, maxAge }: { key: string; maxAge: string }): Promise<void> {
  const seconds = parseDuration(maxAge)
  if (seconds === undefined) throw new KeelsonError('usage', `--max-age must be a duration such as 7d, not ${maxAge}`)
  const { verifyParams } = await loadParamKeys()
  const { issuedAt, values } = verifyParams(file, key, seconds, Date.now())
  const lines = Object.entries(values).flatMap(([check, params]) =>
    Object.entries(params).map(([name, value]) => `${check}.${name} = ${JSON.stringify(value)}`),
  )
  openOutput().write(`${forTerminal([`issued at ${issuedAt}`, ...lines].join('\n'), { keepLines: true })}\n`)
}
