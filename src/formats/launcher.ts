/** A script for osqueryd to start: it puts what osqueryd gives it behind the command. */
export function formatLauncher(command: readonly string[]): string {
  return `#!/bin/sh
# Keelson's tables in osquery. Save it where only root may write, under a name that ends in .ext, make it executable, and
# put its path into /etc/osquery/extensions.load.
exec ${command.map(forShell).join(' ')} "$@"
`
}

function forShell(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
