/**
 * A long chain of which only states are made, and only when they are asked for: an epoch begins
 * every so many blocks, and nothing else happens.
 */

import { decodeRpc, encode } from '@wadi/cbor/codec'
import { currentEpoch } from '@wadi/consensus/beacon/keys'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { write } from '@wadi/consensus-services/kernel/state'
import { testDocument } from '@wadi/consensus-services/testing/document'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { statusError } from '@wadi/grpc/status'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { GetRequest, ProofResponse, proveGet } from '@wadi/mkvs/syncer'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { errors } from '../light/errors.ts'
import { FACTS_MAX, HEIGHTS_BACK_MAX } from '../light/limits.ts'
import { Remembered } from '../light/remembered.ts'
import type { VerifiedFacts } from '../light/verifiedFacts.ts'

/** What such a chain is like. */
export interface EpochChainOptions {
  readonly last: bigint
  /** Blocks of an epoch. */
  readonly interval: bigint
  /** The oldest block that is believed. */
  readonly oldest: bigint
  /** What is at `LARGE_KEY` in each state. */
  readonly large?: Uint8Array
}

/** Where states have something large. */
export const LARGE_KEY: Uint8Array = Uint8Array.of(0xf0, 1, 2, 3)

/** See the top of this file. */
export interface EpochChain {
  readonly facts: VerifiedFacts
  /** Shows the states; knows nothing else. */
  readonly transport: CallTransport
  /** The height at which an epoch began. */
  beginningOf(epoch: bigint): bigint
  /** How many pieces of states were asked for. */
  readonly asked: number
  /** How far back blocks were verified. */
  readonly oldest: bigint
}

/** Makes such a chain: epochs begin with that of the genesis document, at its height. */
export function epochChain({
  last,
  interval,
  oldest: trusted,
  large,
}: EpochChainOptions): EpochChain {
  const document = testDocument()
  const genesis: GenesisDocument = { ...document, height: 1n }
  const { base } = genesis.beacon
  const arena = new Arena()
  const trees = new Map<bigint, Tree>()
  const beginningOf = (epoch: bigint) => 1n + (epoch - base) * interval
  let asked = 0
  let oldest = trusted

  const stateAt = (height: bigint): Tree => {
    const known = trees.get(height)
    if (known !== undefined) return known
    const namespace = new Uint8Array(32)
    const tree = createTree(arena, { namespace, type: ROOT_TYPE_STATE, writeLog: 'dropped' })
    const epoch = base + (height - 1n) / interval
    write(tree, currentEpoch, [], { epoch, height: beginningOf(epoch) })
    if (large !== undefined) tree.insert(LARGE_KEY, large)
    tree.commit({ version: height, baseAddress: 1 })
    trees.set(height, tree)
    return tree
  }

  /** As chains of headers do: what was gone back to is believed from then on. */
  const rootOf = async (height: bigint): Promise<Uint8Array> => {
    if (height < oldest - HEIGHTS_BACK_MAX) throw errors.tooFarBack(`${height}, from ${oldest}`)
    if (height < oldest) oldest = height
    return stateAt(height).root.hash
  }

  const headers = {
    height: last,
    latest: async () => last,
    get oldest() {
      return oldest
    },
    get lowest() {
      return oldest - HEIGHTS_BACK_MAX
    },
  }
  const stateRoots = new Remembered({ name: 'the state', countMax: FACTS_MAX, load: rootOf })
  return {
    facts: { genesis, headers, stateRoots, chainContext: '' } as unknown as VerifiedFacts,
    beginningOf,
    get asked() {
      return asked
    },
    get oldest() {
      return oldest
    },
    transport: {
      async unary(path, request) {
        if (!path.endsWith('/StateSyncGet')) throw statusError('unimplemented', path)
        asked++
        const get = decodeRpc(GetRequest, request)
        return encode(ProofResponse, { proof: proveGet(stateAt(get.tree.root.version), get) })
      },
      stream: (path) => {
        throw statusError('unimplemented', path)
      },
    },
  }
}
