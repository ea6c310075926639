/** A world in which a test runs rules: an empty state, and a block of its own. */

import { refuseAttestations } from '@wadi/attestation/contract'
import { zero } from '@wadi/cbor/codec'
import { Parameters as ConsensusParameters } from '@wadi/consensus/consensus'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { Arena } from '@wadi/mkvs/arena'
import { Overlay } from '@wadi/mkvs/overlay'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import type { Address } from '@wadi/primitives/address'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import { type BlockHeader, createBlock } from '../kernel/block.ts'
import { createBus, type Subscriptions } from '../kernel/bus.ts'
import { type Chain, type Context, createContext } from '../kernel/context.ts'
import { type GasAccountant, gasAccountant } from '../kernel/gas.ts'

const arena = new Arena()

/** An empty tree of an arena that all tests of a process share. */
export function testTree(): Tree {
  return createTree(arena, { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE })
}

/** What a test may want to be different. */
export interface TestOptions extends Partial<Omit<Chain, 'bus'>>, Partial<BlockHeader> {
  readonly mode?: Context['mode']
  /** The last committed height; 10 unless told otherwise. */
  readonly lastHeight?: bigint
  /** The state of the last committed block; an empty one unless told otherwise. */
  readonly committed?: Tree
  readonly caller?: Address
  readonly gas?: GasAccountant
  readonly consensusParameters?: ConsensusParameters
  /** Who answers on the bus. */
  readonly subscribers?: readonly { readonly subscriptions: Subscriptions }[]
}

/** A context of a transaction that is delivered in block 11, unless told otherwise. */
export function testContext(options: TestOptions = {}): Context {
  const { mode = 'deliverTx', lastHeight = 10n, committed = testTree() } = options
  const header: BlockHeader = {
    time: { seconds: 1_600_000_000n, nanoseconds: 0 },
    proposer: new Uint8Array(20),
    lastCommit: [],
    misbehaviour: [],
    ...options,
  }
  const ctx = createContext({
    mode,
    chain: {
      context: '0'.repeat(64),
      initialHeight: 1n,
      baseEpoch: 0n,
      isDebug: false,
      signatures: signatureRules(forbidKeys(RESERVED_PUBLIC_KEYS)),
      verifyAttestation: refuseAttestations,
      ...options,
      bus: createBus(options.subscribers ?? []),
    },
    state: new Overlay(arena, committed),
    committed:
      lastHeight === 0n
        ? undefined
        : { height: lastHeight, state: committed, rootHash: committed.rootHash() },
    block: createBlock(header),
    consensusParameters: options.consensusParameters ?? zero(ConsensusParameters),
    gas: options.gas ?? gasAccountant(1_000_000n),
  })
  return options.caller === undefined ? ctx : { ...ctx, caller: options.caller }
}
