import { encode } from '@wadi/protobuf/codec'
import { canonicalProposalBytes, canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import { Proposal } from '@wadi/tendermint/types/proposal'
import { PublicKey } from '@wadi/tendermint/types/publicKey'
import { Vote } from '@wadi/tendermint/types/vote'
import type { SignerMessage } from '../signerMessages.ts'

/** Whose signatures a signer gives. */
export interface SignerKey {
  readonly publicKey: Uint8Array
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** What an honest signer says, as often as it is asked. For tests. */
export function honestAnswer(said: SignerMessage, { publicKey, sign }: SignerKey): SignerMessage {
  const error = undefined
  switch (said.kind) {
    case 'key-request':
      return { kind: 'key', body: { value: encode(PublicKey, publicKey), error } }
    case 'vote-request': {
      const { vote, chainId } = said.body
      const signature = sign(canonicalVoteBytes(chainId, vote))
      return { kind: 'vote', body: { value: encode(Vote, { ...vote, signature }), error } }
    }
    case 'proposal-request': {
      const { proposal, chainId } = said.body
      const signature = sign(canonicalProposalBytes(chainId, proposal))
      const value = encode(Proposal, { ...proposal, signature })
      return { kind: 'proposal', body: { value, error } }
    }
    default:
      return { kind: 'pong', body: {} }
  }
}
