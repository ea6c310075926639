/** What a node and a signer elsewhere say to each other: CometBFT's `tendermint.privval`. */

import type { Infer } from '@wadi/protobuf/codec'
import { field, message, optional, required } from '@wadi/protobuf/message'
import { oneOf } from '@wadi/protobuf/oneOf'
import { bytes, int32, text } from '@wadi/protobuf/scalars'
import { Proposal } from '@wadi/tendermint/types/proposal'
import { Vote } from '@wadi/tendermint/types/vote'

const SignerError = message({ code: field(1, int32), description: field(2, text) })

/** Beside an error there is an empty value, which is none; so values are looked at later. */
const Answer = message({ value: field(1, bytes), error: optional(2, SignerError) })
export type Answer = Infer<typeof Answer>

/** A request of the node, or an answer of the signer. */
export const SignerMessage = oneOf({
  'key-request': field(1, message({ chainId: field(1, text) })),
  key: field(2, Answer),
  'vote-request': field(3, message({ vote: required(1, Vote), chainId: field(2, text) })),
  vote: field(4, Answer),
  'proposal-request': field(
    5,
    message({ proposal: required(1, Proposal), chainId: field(2, text) }),
  ),
  proposal: field(6, Answer),
  ping: field(7, message({})),
  pong: field(8, message({})),
})
export type SignerMessage = Infer<typeof SignerMessage>
