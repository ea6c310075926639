/** States of which only the roots are known, and what proofs have shown below them. */

import { equalBytes } from '@wadi/base/bytes'
import { Arena } from '@wadi/mkvs/arena'
import { type MissingNodeError, NO_NODES } from '@wadi/mkvs/nodeReader'
import { ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { verifyAnswer } from '@wadi/mkvs/syncer'
import { openTree, type Tree } from '@wadi/mkvs/tree'
import { errors } from './errors.ts'
import {
  PREFETCH_MAX,
  PREFETCH_MIN,
  SINGLE_KEYS_MAX,
  STATES_BYTES_MAX,
  STATES_MAX,
} from './limits.ts'
import type { Providers } from './providers.ts'

const NAMESPACE = new Uint8Array(32)

type Verified = ReturnType<typeof verifyAnswer>

/** Does a proof show a node, and not only its hash? */
function shows({ node }: Verified, hash: Uint8Array): boolean {
  const open = [node]
  while (open.length > 0) {
    const next = open.pop()
    if (next === undefined || next.kind === 'hash') continue
    if (equalBytes(next.hash, hash)) return true
    if (next.kind === 'internal') open.push(next.leaf, next.left, next.right)
  }
  return false
}

/** See the top of this file. */
export class ProvenStates {
  readonly #providers: Providers
  readonly #arena = new Arena({ memoryBytesMax: STATES_BYTES_MAX })
  readonly #trees = new Map<bigint, Tree>()

  constructor(providers: Providers) {
    this.#providers = providers
  }

  /** The state after a block, good until the next turn: what nobody has shown yet is missed. */
  at(version: bigint, hash: Uint8Array): Tree {
    const tree = this.#trees.get(version) ?? this.#open({ version, hash })
    this.#trees.delete(version)
    this.#trees.set(version, tree)
    const [oldest] = this.#trees
    if (this.#trees.size > STATES_MAX && oldest !== undefined) {
      this.#trees.delete(oldest[0])
      oldest[1].dispose()
    }
    return tree
  }

  /**
   * Has somebody show a node that was missed. `missed` is how many were, for the same answer: the
   * more, the more is asked for at once.
   */
  async fetch({ root, position, key }: MissingNodeError, missed: number): Promise<void> {
    const tree = { root, position }
    const proof = await this.#providers.ask(async (provider, options) => {
      const isWalk = missed > SINGLE_KEYS_MAX
      const prefetch = Math.min(PREFETCH_MAX, PREFETCH_MIN * 2 ** (missed - SINGLE_KEYS_MAX - 1))
      const given = isWalk
        ? await provider.stateSyncIterate({ tree, key, prefetch, proofVersion: 0 }, options)
        : await provider.stateSyncGet(
            { tree, key, includeSiblings: false, proofVersion: 0 },
            options,
          )
      const verified = verifyAnswer(given.proof, tree)
      if (!shows(verified, position)) throw errors.badProof()
      return verified
    })
    this.at(root.version, root.hash).merge(proof, key)
  }

  /** Forgets everything: what was shown has used up the memory. */
  clear(): void {
    for (const tree of this.#trees.values()) tree.dispose()
    this.#trees.clear()
  }

  #open({ version, hash }: Pick<Root, 'version' | 'hash'>): Tree {
    const root = { namespace: NAMESPACE, type: ROOT_TYPE_STATE, version, hash } as const
    return openTree(this.#arena, { root, rootAddress: 0, reader: NO_NODES, writeLog: 'dropped' })
  }
}
