import { type AddressInfo, createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

export interface SmtpMail {
  readonly from: string
  readonly to: readonly string[]
  /** As it came, with its dots undone. */
  readonly data: string
  readonly login: string | undefined
  readonly secure: boolean
}

export interface SmtpServer {
  readonly port: number
  readonly mails: SmtpMail[]
  /** Every command line, without what is said in DATA. */
  readonly commands: string[]
  close(): Promise<void>
}

export interface SmtpBehaviour {
  /** What is answered instead of the usual, by the command line, by `GREETING`, or by `END` after the data. */
  readonly reply?: (command: string, mail: { readonly data?: string }) => string | undefined
  readonly tls?: { readonly cert: string; readonly key: string }
  /** TLS from the first byte. */
  readonly implicit?: boolean
  /** Lines of EHLO. */
  readonly extensions?: readonly string[]
}

/** A small mail server on loopback that speaks what mail programs speak (RFC 5321, 4954, 3207). */
export async function startSmtp(behaviour: SmtpBehaviour = {}): Promise<SmtpServer> {
  const mails: SmtpMail[] = []
  const commands: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    const secured = behaviour.implicit ? secure(socket, behaviour) : socket
    serve(secured, behaviour, mails, commands, behaviour.implicit === true)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    commands,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function secure(socket: Socket, { tls }: SmtpBehaviour): TLSSocket {
  const secured = new TLSSocket(socket, { isServer: true, ...tls })
  secured.on('error', () => {})
  return secured
}

function serve(
  socket: Socket,
  behaviour: SmtpBehaviour,
  mails: SmtpMail[],
  commands: string[],
  isSecure: boolean,
): void {
  const { reply = () => undefined, tls, extensions = ['AUTH PLAIN LOGIN', '8BITMIME'] } = behaviour
  let [from, login, pending, inData] = ['', undefined as string | undefined, '', false]
  let to: string[] = []
  const say = (line: string | undefined) => line !== undefined && line !== 'nothing' && socket.write(`${line}\r\n`)
  const answer = (command: string, usual: string) => {
    const line = reply(command, {}) ?? usual
    say(line)
    return line.startsWith('2') || line.startsWith('3')
  }
  const onCommand = (line: string) => {
    commands.push(line)
    const verb = line.split(/[ :]/)[0]?.toUpperCase()
    if (verb === 'EHLO') {
      const offered = ['test', ...extensions, ...(tls && !isSecure ? ['STARTTLS'] : [])]
      const lines = offered.map((each, at) => `250${at === offered.length - 1 ? ' ' : '-'}${each}`)
      answer(line, lines.join('\r\n'))
    } else if (verb === 'STARTTLS') {
      if (!answer(line, tls ? '220 go on' : '502 no TLS here')) return
      socket.removeAllListeners('data')
      serve(secure(socket, behaviour), behaviour, mails, commands, true)
    } else if (verb === 'AUTH') {
      login = Buffer.from(line.split(' ')[2] ?? '', 'base64').toString()
      answer(line, '235 welcome')
    } else if (verb === 'MAIL') {
      from = line
      to = []
      answer(line, '250 sender ok')
    } else if (verb === 'RCPT') {
      if (answer(line, '250 recipient ok')) to.push(/<(.*)>/.exec(line)?.[1] ?? '')
    } else if (verb === 'DATA') {
      inData = answer(line, '354 go ahead')
    } else if (verb === 'QUIT') {
      say('221 bye')
      socket.end()
    } else say('250 fine')
  }
  const onData = (data: string) => {
    const mail = { from: /<(.*?)>/.exec(from)?.[1] ?? '', to, data, login, secure: isSecure }
    const line = reply('END', { data }) ?? '250 queued'
    if (line.startsWith('2')) mails.push(mail)
    say(line)
  }
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1')
    for (;;) {
      const end = inData ? '\r\n.\r\n' : '\r\n'
      const at = pending.indexOf(end)
      if (at < 0) return
      const text = pending.slice(0, at)
      pending = pending.slice(at + end.length)
      if (!inData) onCommand(text)
      else {
        inData = false
        onData(text.replace(/^\.\./gm, '.'))
      }
    }
  })
  if (!isSecure || behaviour.implicit) say(reply('GREETING', {}) ?? '220 test ESMTP')
}
