/** What a node answers other nodes about light blocks: what it answers whoever asks. */

import type { calls, engineCalls } from '@wadi/consensus/consensus/api'
import type { AnswerOf, QuestionOf } from '@wadi/contracts/ask'
import { rpcErrors } from '@wadi/libp2p/errors'
import type { LightSource } from '@wadi/libp2p/serve-light'
import type { NodeApi } from '@wadi/node-api/node-api'

type AskedCalls = Pick<typeof calls, 'Consensus/GetParameters'> &
  Pick<
    typeof engineCalls,
    'Consensus/GetLightBlock' | 'Consensus/GetValidators' | 'Consensus/SubmitEvidence'
  >

/** The light blocks of a node. */
export function lightSourceOf(node: Pick<NodeApi, 'methods'>): LightSource {
  const ask = async <N extends keyof AskedCalls>(
    name: N,
    question: QuestionOf<AskedCalls, N>,
  ): Promise<AnswerOf<AskedCalls, N>> => {
    const method = node.methods[name]
    if (method === undefined) throw rpcErrors.methodNotSupported()
    return await method.answer(question, {})
  }
  return {
    lightBlock: (height) => ask('Consensus/GetLightBlock', height),
    validators: (height) => ask('Consensus/GetValidators', height),
    parameters: (height) => ask('Consensus/GetParameters', height),
    submitEvidence: (offer) => ask('Consensus/SubmitEvidence', offer),
  }
}
