/** States of the toy by their roots: what all nodes of a test have, or could fetch. */

import { parseHex, toHex } from '@wadi/base/bytes'
import { assert, CodedError } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { RoundResults } from '@wadi/consensus/roothash'
import type { Header } from '@wadi/consensus/roothash/block'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE, type WriteLog } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { EMPTY_HASH, Hash } from '@wadi/primitives/hash'
import { RawSignature } from '@wadi/primitives/signed'
import { computeResults } from '@wadi/runtime-protocol/computeBatch'
import type { ExecuteTxBatchResponse } from '@wadi/runtime-protocol/host-protocol/batches'
import type { ExecuteEffect } from '../round/effect.ts'
import { type AskMore, executeToy } from './toyRuntime.ts'

type Content = ReadonlyMap<string, Uint8Array>

export class ToyStorage {
  readonly arena = new Arena()
  readonly #states = new Map<string, Content>([[toHex(EMPTY_HASH), new Map()]])

  /** The state after a block, for somebody to change. */
  open({ namespace, round, stateRoot }: Pick<Header, 'namespace' | 'round' | 'stateRoot'>): Tree {
    const content = this.#states.get(toHex(stateRoot))
    assert(content !== undefined, `no state ${toHex(stateRoot)}`)
    const tree = createTree(this.arena, { namespace, type: ROOT_TYPE_STATE })
    for (const [key, value] of content) tree.insert(parseHex(key), value)
    tree.commit({ version: round, baseAddress: 1 })
    return tree
  }

  /** Is the state here? */
  has(stateRoot: Hash): boolean {
    return this.#states.has(toHex(stateRoot))
  }

  /** Executes as a hosted runtime would; undefined where it fails. */
  execute(
    { base, mode, inputs, inputRoot }: ExecuteEffect,
    askMore?: AskMore,
  ): ExecuteTxBatchResponse | undefined {
    const state = this.open(base.header)
    try {
      const { inMessages } = base
      const roundResults = make(RoundResults, {})
      const batch = { mode, inputs, inMessages, roundResults }
      const outcome = executeToy(state, batch, askMore)
      const trees = { arena: this.arena, state }
      const results = computeResults(trees, { header: base.header, inMessages, inputRoot }, outcome)
      return { ...results, batch: { ...results.batch, rakSig: RawSignature.zero } }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      return undefined
    } finally {
      state.dispose()
    }
  }

  /** Applies changes to a state; is it the one that was meant? */
  apply(header: Header, log: WriteLog, root: Hash): boolean {
    const tree = this.open(header)
    const content = new Map(this.#states.get(toHex(header.stateRoot)))
    for (const [key, value] of log) {
      if (value === undefined) {
        tree.remove(key)
        content.delete(toHex(key))
      } else {
        tree.insert(key, value)
        content.set(toHex(key), value)
      }
    }
    const found = Hash.check(tree.rootHash())
    tree.dispose()
    this.#states.set(toHex(found), content)
    return toHex(found) === toHex(root)
  }
}
