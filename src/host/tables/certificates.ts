import { messageOf } from '../../core/errors.ts'
import { TableError, type TableRow } from '../../sql/table.ts'
import { describeCertificate } from '../certificate.ts'
import { readDer } from '../der.ts'
import type { Host } from '../host.ts'
import type { HostTable } from '../host-table.ts'

const BUNDLES = ['/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/certs/ca-certificates.crt']

/** Certificates of PEM files: those that `path =` names, else the machine's bundles of authorities. */
export const certificates: HostTable = {
  name: 'certificates',
  *generate(context, host) {
    const asked = [...new Set(context.equals('path'))].sort()
    for (const path of asked.length > 0 ? asked : BUNDLES) yield* readBundle(host, path)
  },
}

function* readBundle(host: Host, path: string): Generator<TableRow> {
  const blocks = (host.read(path) ?? '').matchAll(
    /^-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^\n]*\n(.*?)^-----END \1-----/gms,
  )
  let number = 0
  for (const [, , base64 = ''] of blocks) {
    number++
    try {
      // A trusted certificate has settings of OpenSSL's own behind it.
      const [certificate] = readDer(Buffer.from(base64, 'base64'))
      yield { ...describeCertificate(certificate?.whole ?? Buffer.alloc(0)), path }
    } catch (error) {
      throw new TableError(`cannot read certificate ${number} of ${path}: ${messageOf(error)}`, { cause: error })
    }
  }
}
