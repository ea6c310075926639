/** What the consensus layer answers and is asked, in the words of the engine. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { cometValueOf } from '@wadi/consensus-services/application/blockAnswers'
import type {
  CheckResult,
  TxResult as OwnTxResult,
} from '@wadi/consensus-services/application/results'
import type { Misbehaviour, Vote } from '@wadi/consensus-services/kernel/block'
import type { BlockEvent } from '@wadi/consensus-services/kernel/events'
import type {
  BlockContext,
  CheckTxResponse,
  Event,
  Misbehavior,
  TxResult,
  VoteInfo,
} from '@wadi/contracts/application'

/** Who signed the block before. */
function voteOf({ address, hasSigned }: VoteInfo): Vote {
  return { validator: address, hasSigned }
}

function misbehaviourOf({ kind, address, height, time }: Misbehavior): Misbehaviour {
  return { kind, validator: address, height, time }
}

/** What the rules are told of a block. */
export function blockOf(context: BlockContext) {
  const { hash, height, time, nextValidatorsHash, proposerAddress } = context
  return {
    hash,
    height,
    time,
    nextValidatorsHash,
    proposer: proposerAddress,
    lastCommit: context.lastCommit.map(voteOf),
    misbehaviour: context.misbehavior.map(misbehaviourOf),
  }
}

/** An event; indexes are up to who reads. */
export function eventOf({ type, attributes }: BlockEvent): Event {
  return {
    type,
    attributes: attributes.map((attribute) => {
      return { key: attribute.key, value: cometValueOf(attribute), index: false }
    }),
  }
}

/** What became of a transaction of a block. */
export function txResultOf({ data, events, ...result }: OwnTxResult): TxResult {
  return { ...result, data: data ?? EMPTY_BYTES, events: events.map(eventOf) }
}

/** Whether a transaction is taken in. COMPAT(oasis-core): nobody says whose it is. */
export function checkTxResponseOf(result: CheckResult): CheckTxResponse {
  return { ...result, data: EMPTY_BYTES, sender: '' }
}
