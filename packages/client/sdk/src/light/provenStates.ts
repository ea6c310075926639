/** States of which only the roots are known, and what proofs have shown below them. */

import { equalBytes } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
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

/**
 * See the top of this file. What somebody looks at stays, as long as there is memory for all of it;
 * of the rest, some states.
 */
export class ProvenStates {
  readonly #providers: Providers
  readonly #arena: Arena
  /** Those that were looked at last come last. */
  readonly #trees = new Map<bigint, Tree>()
  /** How many look at a state. */
  readonly #holders = new Map<bigint, number>()

  constructor(providers: Providers, memoryBytesMax: number = STATES_BYTES_MAX) {
    this.#providers = providers
    this.#arena = new Arena({ memoryBytesMax })
  }

  /** The state after a block, good until the next turn: what nobody has shown yet is missed. */
  at(version: bigint, hash: Uint8Array): Tree {
    const known = this.#trees.get(version)
    const tree = known ?? this.#withRoom(() => this.#open({ version, hash }))
    this.#trees.delete(version)
    this.#trees.set(version, tree)
    if (known === undefined) this.#keepIdle(STATES_MAX)
    return tree
  }

  /** Somebody looks at a state, and does so until it is let go. */
  hold(version: bigint): void {
    this.#holders.set(version, (this.#holders.get(version) ?? 0) + 1)
  }

  letGo(version: bigint): void {
    const others = (this.#holders.get(version) ?? 0) - 1
    if (others > 0) this.#holders.set(version, others)
    else this.#holders.delete(version)
    this.#keepIdle(STATES_MAX)
  }

  /**
   * Has somebody show a node that was missed. `missed` is how many were, of the same state and for
   * the same answer: the more, the more is asked for at once.
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
    this.#withRoom(() => this.at(root.version, root.hash).merge(proof, key))
  }

  /** Keeps some of those that nobody looks at. */
  #keepIdle(countMax: number): void {
    const idle = [...this.#trees].filter(([version]) => !this.#holders.has(version))
    for (const [version, tree] of idle.slice(0, Math.max(0, idle.length - countMax))) {
      this.#trees.delete(version)
      tree.dispose()
    }
  }

  /** What nobody looks at any more makes room. */
  #withRoom<T>(run: () => T): T {
    try {
      return run()
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      this.#keepIdle(0)
      return run()
    }
  }

  #open({ version, hash }: Pick<Root, 'version' | 'hash'>): Tree {
    const root = { namespace: NAMESPACE, type: ROOT_TYPE_STATE, version, hash } as const
    return openTree(this.#arena, { root, rootAddress: 0, reader: NO_NODES, writeLog: 'dropped' })
  }
}
