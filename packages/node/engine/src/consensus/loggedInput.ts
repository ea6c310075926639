/** Which inputs of the machine are in the log, and how they come back out of it. */

import { assert } from '@wadi/base/errors'
import { decode } from '@wadi/protobuf/codec'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import type { Input, Sender } from '@wadi/tendermint/round/input'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import { RoundStep } from '@wadi/tendermint/round/roundStep'
import {
  type SignatureView,
  signerOf,
  verifyProposal,
  verifyVote,
} from '@wadi/tendermint/round/verifyMessages'
import type { WalRecord } from '../wal/walRecord.ts'

/** What it takes to verify a message: how it is signed, and who may have signed it. */
export interface SignedView extends SignatureView {
  readonly rounds: RoundState
}

/** How a message becomes bytes. */
export type MessageBytes = (message: ConsensusMessage) => Uint8Array

/** The record of an input; undefined if what happened before brings it about again. */
export function recordOfInput(input: Input, bytesOf: MessageBytes): WalRecord | undefined {
  const messageRecord = (message: ConsensusMessage, sender: Sender): WalRecord =>
    sender === undefined
      ? { kind: 'own-message', message: bytesOf(message) }
      : { kind: 'peer-message', peer: sender, message: bytesOf(message) }
  switch (input.kind) {
    case 'proposal': {
      const { proposal } = input
      return messageRecord({ kind: 'proposal', body: { proposal } }, input.sender)
    }
    case 'block-part': {
      const { height, round, part } = input
      return messageRecord({ kind: 'block-part', body: { height, round, part } }, input.sender)
    }
    case 'vote':
      return messageRecord({ kind: 'vote', body: { vote: input.vote } }, input.sender)
    case 'majority-claim': {
      // Votes against others are let in for it, so it has a part in what was locked.
      const { height, round, type, blockId } = input
      const body = { height, round, type, blockId }
      return messageRecord({ kind: 'vote-set-maj23', body }, input.peer)
    }
    case 'peer-gone':
      // Votes of later rounds are let in after it that were not before.
      return { kind: 'peer-gone', peer: input.peer }
    case 'timeout': {
      const { height, round, step } = input.timeout
      return { kind: 'timeout', height, round, step, durationMs: 0 }
    }
    default:
      return undefined
  }
}

/**
 * The input that was logged; undefined if there is none. The log is our own, but a signature is
 * verified again: it is cheap, and a machine takes nothing else.
 */
export function inputOfRecord(record: WalRecord, view: SignedView): Input | undefined {
  switch (record.kind) {
    case 'own-message':
      return inputOfMessage(decode(ConsensusMessage, record.message), undefined, view)
    case 'peer-message':
      return inputOfMessage(decode(ConsensusMessage, record.message), record.peer, view)
    case 'peer-gone':
      return record
    case 'timeout': {
      const { height, round } = record
      const step = Object.values(RoundStep).find((each) => each === record.step)
      assert(step !== undefined, 'a step that was logged is one')
      return { kind: 'timeout', timeout: { height, round, step } }
    }
    default:
      return undefined
  }
}

/** A message as an input, if its signature is that of whoever has to have signed it. */
function inputOfMessage(
  message: ConsensusMessage,
  sender: Sender,
  view: SignedView,
): Input | undefined {
  switch (message.kind) {
    case 'proposal': {
      const proposer = view.rounds.validators.proposer
      if (proposer === undefined) return undefined
      const proposal = verifyProposal(view, message.body.proposal, proposer.publicKey)
      return proposal && { kind: 'proposal', proposal, sender }
    }
    case 'block-part':
      return { kind: 'block-part', ...message.body, sender }
    case 'vote': {
      const publicKey = signerOf(view.rounds, message.body.vote)
      if (publicKey === undefined) return undefined
      const vote = verifyVote(view, { vote: message.body.vote, publicKey })
      return vote && { kind: 'vote', vote, sender }
    }
    case 'vote-set-maj23':
      return sender === undefined
        ? undefined
        : { kind: 'majority-claim', ...message.body, peer: sender }
    default:
      return undefined
  }
}
