/** The folder that the commands about an identity are told. */

import type { Flags } from '@wadi/node-config/command'
import { requireDataFolder } from '@wadi/provisioning/node-folder'
import { requiredText } from '../transaction/flagValues.ts'

/** Where the identity is. */
export const dataFolderFlag = {
  datadir: { kind: 'text', doc: 'folder of the node', fallback: '' },
} as const satisfies Flags

/** The folder, which must be there. */
export function dataFolderOf({ datadir }: { readonly datadir: string }): string {
  const folder = requiredText('datadir', datadir, 'the folder of the node')
  requireDataFolder(folder, '--datadir')
  return folder
}
