/** Text of a field of fixed width, which ends at its first NUL. */
export function textAt(bytes: Buffer, offset: number, length: number): string {
  const field = bytes.subarray(offset, offset + length)
  const end = field.indexOf(0)
  return field.subarray(0, end === -1 ? undefined : end).toString('utf8')
}
