/** A signed file that some parameters come from. */
export interface ParamSource {
  readonly file: string
  /** Whose signatures count: the 32 bytes of an Ed25519 key in base64url, or the path of a file that holds it. */
  readonly keys: readonly string[]
  /** Seconds after which it is too old. */
  readonly maxAge: number
  /** The only values that are taken from it. */
  readonly params: readonly { readonly check: string; readonly name: string }[]
}
