/** A state in memory that an application may have for itself. */

import type { StateStore } from '@wadi/consensus-services/application'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'

/** Nothing is stored, so every address will do. */
const BASE_ADDRESS = 1

/** An empty state. */
export function memoryState(): StateStore {
  const namespace = new Uint8Array(32)
  const tree = createTree(new Arena(), { namespace, type: ROOT_TYPE_STATE, writeLog: 'dropped' })
  return { tree, commit: (version) => tree.commit({ version, baseAddress: BASE_ADDRESS }).root }
}
