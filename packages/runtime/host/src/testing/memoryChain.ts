/** A node of which everything that a runtime may ask for is in memory. */

import { toHex } from '@wadi/base/bytes'
import type { RuntimeServices, StateReader } from '@wadi/contracts/runtime-services'
import { errors as mkvsErrors } from '@wadi/mkvs/errors'
import { equalRoots } from '@wadi/mkvs/roots'
import { proveGet, proveIterate, provePrefixes, toRoot, type WireRoot } from '@wadi/mkvs/syncer'
import type { Tree } from '@wadi/mkvs/tree'
import { PublicKey } from '@wadi/primitives/publicKey'
import { lightBlockOf } from '@wadi/runtime-guest/testing/light-block'
import { refusal } from '../errors.ts'

/** Reads whatever tree has the root that is asked for. */
export function readerOf(...trees: readonly Tree[]): StateReader {
  const treeOf = (root: WireRoot) => {
    const tree = trees.find((each) => equalRoots(each.root, toRoot(root)))
    if (tree === undefined) throw mkvsErrors.rootMismatch('no such tree')
    return tree
  }
  return {
    get: (request) => proveGet(treeOf(request.tree.root), request),
    getPrefixes: (request) => provePrefixes(treeOf(request.tree.root), request),
    iterate: (request) => proveIterate(treeOf(request.tree.root), request),
  }
}

const unavailable = () => {
  throw refusal('not in memory')
}

/** With a state of the runtime, and a consensus layer of height 9. */
export function memoryServices(state: Tree): RuntimeServices {
  const stored = new Map<string, Uint8Array>()
  const lightBlock = () => lightBlockOf(9, new Uint8Array(32))
  return {
    consensus: {
      state: readerOf(),
      lightBlock,
      validators: () => ({ height: 9n, meta: new Uint8Array() }),
      events: () => [],
      transactions: () => ({ transactions: [], proofs: [] }),
      genesisHeight: () => 1n,
    },
    runtimeState: readerOf(state),
    localStorage: {
      get: (key) => stored.get(toHex(key)),
      set: (key, value) => void stored.set(toHex(key), value),
    },
    identity: { nodeId: PublicKey.zero, proveFreshness: unavailable },
  }
}
