/** What a round told the consensus layer to do, and what became of it. */

import { encode } from '@wadi/cbor/codec'
import type { Schema } from '@wadi/cbor/schema'
import { bodyOfMethod } from '@wadi/consensus/methods'
import type { Message } from '@wadi/consensus/roothash/messages'
import { type Speaker, sayTransaction } from '../words/sayTransaction.ts'
import type { Ballot } from './judgeRound.ts'
import type { RoundFacts } from './roundFacts.ts'

/** A message as the transaction whose rule it runs. */
function callOf({
  staking,
  registry,
  governance,
}: Message): readonly [string, unknown] | undefined {
  const calls: readonly (readonly [string, unknown])[] = [
    ['staking.Transfer', staking?.transfer],
    ['staking.Withdraw', staking?.withdraw],
    ['staking.AddEscrow', staking?.addEscrow],
    ['staking.ReclaimEscrow', staking?.reclaimEscrow],
    ['registry.RegisterRuntime', registry?.updateRuntime],
    ['governance.CastVote', governance?.castVote],
    ['governance.SubmitProposal', governance?.submitProposal],
  ]
  return calls.find(([, body]) => body !== undefined)
}

/** What a message does, in words. */
export function messageText(message: Message, speaker: Speaker): string {
  const [method, body] = callOf(message) ?? []
  if (method === undefined) return 'something that nobody knows'
  const encoded = encode(bodyOfMethod(method) as Schema<unknown>, body)
  return sayTransaction({ method, body: encoded, nonce: 0n, fee: undefined }, speaker)
}

/** What the messages of a round did. */
export function messageOutcomes({ end }: RoundFacts, ballot: Ballot | undefined) {
  const results = end?.results?.messages ?? []
  return (ballot?.proposal.messages ?? []).map((message, i) => {
    const result = results.find((each) => each?.index === i)
    const isDone = result === undefined ? undefined : result.code === 0
    return {
      message,
      isDone,
      error: isDone === false ? `${result?.module}/${result?.code}` : undefined,
    }
  })
}
