/** Are the trees of a runtime whole? */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { isTold, UnavailableError } from '@wadi/base/errors'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { pairsWithPrefix } from '@wadi/mkvs/state'
import { createTree } from '@wadi/mkvs/tree'
import type { RuntimeStore } from '@wadi/workers/runtime-store'

const ANY_KEY = new Uint8Array()
/** Where the first node of a tree of its own would be. */
const FIRST_ADDRESS = 1

/** What was looked at. */
export interface CheckedTrees {
  readonly earliest: bigint
  readonly latest: bigint
  /** Trees of which every pair was read and hashed. */
  readonly trees: number
}

function damaged(sentence: string, cause?: unknown): UnavailableError {
  const remedy = 'remove the trees with unsafe-reset, and the node gets them from others'
  return new UnavailableError('storage.damagedTrees', `${sentence}; ${remedy}`, { cause })
}

function describe({ type, version, hash }: Root): string {
  const what = type === ROOT_TYPE_STATE ? 'state' : 'inputs and outputs'
  return `the ${what} of round ${version} (${toHex(hash)})`
}

/** Reads all pairs of a tree, and hashes a tree of them anew. */
function checkTree(store: RuntimeStore, root: Root): void {
  const arena = new Arena()
  const { namespace, type, version } = root
  const again = createTree(arena, { namespace, type, writeLog: 'dropped' })
  const tree = store.openTree(root)
  try {
    for (const [key, value] of pairsWithPrefix(tree, ANY_KEY)) again.insert(key, value)
  } catch (error) {
    if (!isTold(error)) throw error
    throw damaged(`${describe(root)} cannot be read (${error.message})`, error)
  } finally {
    tree.dispose()
  }
  const { hash } = again.commit({ version, baseAddress: FIRST_ADDRESS }).root
  again.dispose()
  if (!equalBytes(hash, root.hash))
    throw damaged(`${describe(root)} has another content, which has the hash ${toHex(hash)}`)
}

/**
 * Checks what the rounds were made of, and the state after the last one: states share what did not
 * change, and to read all of each would take as often as long. Undefined if there is nothing.
 */
export function checkTrees(store: RuntimeStore): CheckedTrees | undefined {
  const { earliestRound: earliest, lastRound: latest } = store
  if (earliest === undefined || latest === undefined) return undefined
  let trees = 0
  for (let round = earliest; round <= latest; round++)
    for (const root of store.database.roots(round)) {
      if (!store.hasRoot(root)) throw damaged(`${describe(root)} is not there`)
      if (root.type === ROOT_TYPE_STATE && round < latest) continue
      checkTree(store, root)
      trees++
    }
  return { earliest, latest, trees }
}
