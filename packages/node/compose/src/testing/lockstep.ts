/** Applications that run the same blocks, as if an engine had agreed on them. */

import { EMPTY_BYTES, toHex, toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type {
  Application,
  BlockContext,
  CommitResponse,
  EndBlockResponse,
  Event,
  Misbehavior,
  TxResult,
} from '@wadi/contracts/application'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import type { NetworkGenesis } from '../networkGenesis.ts'

/** What a block has besides its height. */
export interface BlockPlan {
  readonly height: bigint
  readonly transactions?: readonly Uint8Array[]
  /** By number; whoever comes next unless told otherwise. */
  readonly proposer?: number
  readonly misbehavior?: readonly Misbehavior[]
}

/** What a block did. */
export interface RanBlock {
  readonly transactions: readonly Uint8Array[]
  readonly beginEvents: readonly Event[]
  readonly results: readonly TxResult[]
  readonly end: EndBlockResponse
  readonly commit: CommitResponse
}

/** What a header says. */
export function contextOf({ validators, document }: NetworkGenesis, plan: BlockPlan): BlockContext {
  const { height, misbehavior = [] } = plan
  const addresses = validators.map(({ consensus }) => validatorAddress(consensus.publicKey))
  const proposer = plan.proposer ?? Number(height) % addresses.length
  const votes = addresses.map((address) => ({ address, power: 1n, hasSigned: true }))
  return {
    height,
    time: { seconds: document.genesisTime.seconds + height, nanoseconds: 0 },
    hash: toUtf8(`block ${height}`),
    proposerAddress: addresses[proposer] ?? EMPTY_BYTES,
    nextValidatorsHash: new Uint8Array(32),
    lastCommitRound: 0,
    lastCommit: height === document.height ? [] : votes,
    misbehavior,
  }
}

/** Runs a decided block. */
export function runDecided(
  application: Application,
  context: BlockContext,
  transactions: readonly Uint8Array[],
): RanBlock {
  const beginEvents = application.beginBlock({ ...context, header: EMPTY_BYTES, transactions })
  const results = transactions.map((raw) => application.deliverTx(raw))
  const end = application.endBlock(context.height)
  return { transactions, beginEvents, results, end, commit: application.commit() }
}

/**
 * Has the first application, which must be the proposer's, make a block, and all run it. They must
 * not differ.
 */
export function runBlock(
  network: NetworkGenesis,
  applications: readonly Application[],
  plan: BlockPlan,
): RanBlock {
  const context = contextOf(network, { proposer: 0, ...plan })
  const [proposer] = applications
  assert(proposer !== undefined, 'somebody proposes')
  const { transactions: offered = [] } = plan
  const asked = { ...context, hash: EMPTY_BYTES, transactions: offered, bytesMax: 1_000_000n }
  const transactions = proposer.prepareProposal(asked)
  const ran = applications.map((application) => {
    assert(application.processProposal(context, transactions), 'the block is a good one')
    return runDecided(application, context, transactions)
  })
  const hashes = new Set(ran.map(({ commit }) => toHex(commit.appHash)))
  assert(hashes.size === 1, `all have the same state: ${[...hashes].join(' ')}`)
  return ran[0] as RanBlock
}
