import { userInfo } from 'node:os'
import { type AssetEdit, editAsset } from '../core/edit-asset.ts'
import type { Store } from '../core/store.ts'

export interface Editor {
  /** The name of whoever does it. */
  readonly user: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The operating system's name of whoever runs this. */
export function readUserName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run as a number that has no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}

/** Writes what people say of an asset; tells whether that changed anything. */
export async function setAsset(store: Store, uuid: string, edit: AssetEdit, editor: Editor): Promise<boolean> {
  const { entries } = await store.commit({ uuid }, editAsset(edit, { uuid, ...editor }))
  return entries.length > 0
}
