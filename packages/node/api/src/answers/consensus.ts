/** What the consensus layer is asked beside its states. */

import { engineCalls } from '@wadi/consensus/consensus/api'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import { answerOfBlock } from '@wadi/consensus-services/application/answerOfBlock'
import type { LiveChain } from '../chainSource.ts'
import type { ChainViews } from '../chainViews.ts'
import { cometErrors } from '../errors.ts'
import { blockAt } from '../heights.ts'
import type { NodeFacts } from '../nodeFacts.ts'
import type { Submissions } from '../submissions.ts'
import { lightBlockAt, validatorsAnswerAt } from './blocks.ts'
import { consensusStatus } from './consensusStatus.ts'
import { submitEvidence } from './evidence.ts'
import { nextBlockState } from './nextBlock.ts'
import { answered, type NodeMethods } from './nodeMethod.ts'

/** What these answers are made of. */
export interface ConsensusParts {
  readonly views: ChainViews
  readonly facts: NodeFacts
  readonly submissions: Submissions
}

/** The answers of the consensus layer. */
export function consensusMethods({ views, facts, submissions }: ConsensusParts): NodeMethods {
  const { source } = views
  const live = (): LiveChain => {
    if (source.live === undefined) throw consensusErrors.unsupported()
    return source.live
  }
  return answered(engineCalls, {
    'Consensus/GetBlock': (height) => answerOfBlock(blockAt(source, height)),
    'Consensus/GetLightBlock': (height) => lightBlockAt(source, height),
    'Consensus/GetValidators': (height) => validatorsAnswerAt(source, height),
    'Consensus/GetNextBlockState': () => {
      const { rounds } = live()
      if (rounds === undefined) throw cometErrors.notStarted()
      return nextBlockState(views, rounds)
    },
    'Consensus/GetStatus': () => consensusStatus(views, facts),
    'Consensus/GetUnconfirmedTransactions': () => live().unconfirmed(),
    'Consensus/SubmitTx': async (signed, { signal }) => {
      await submissions.submit(signed, signal)
      return undefined
    },
    'Consensus/SubmitTxNoWait': (signed) => submissions.submitNoWait(signed),
    'Consensus/SubmitTxWithProof': (signed, { signal }) =>
      submissions.submitWithProof(signed, signal),
    'Consensus/EstimateGas': ({ signer, transaction }) => {
      const node = live()
      if (transaction === undefined) throw consensusErrors.invalidArgument()
      return node.estimateGas(signer, transaction)
    },
    'Consensus/SubmitEvidence': (offer) => submitEvidence(live(), offer),
  })
}
