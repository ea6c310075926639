/** Faults for honest nodes, and for the chain, each of which a checker has to find. */

import { decode, encode } from '@wadi/cbor/codec'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { CommitteeMessage } from '@wadi/runtime-protocol/peers/gossip'
import { VERSION } from '../chain/paratimeGenesis.ts'
import type { ParatimeBug } from '../nodes/paratimeBug.ts'

/** The chain makes a result final, although workers disagree. */
export const forgottenDiscrepancy: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    roothash: block.roothash.filter(({ executionDiscrepancy }) => !executionDiscrepancy),
  }),
}

/** Who is found to be wrong does not pay. */
export const forgivenWrong: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    staking: block.staking.filter(({ escrow }) => escrow?.take === undefined),
  }),
}

/** What is taken of who was wrong is not given to those who were right. */
export const keptRewards: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    staking: block.staking.filter(({ escrow }) => escrow?.add === undefined),
  }),
}

/** Nobody counts whose proposals were missed. */
export const forgottenMisses: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    states: block.states.map(({ before, after }) => {
      const { livenessStats: known } = after
      const missedProposals = known?.missedProposals?.map(() => 0n)
      const livenessStats = known && { ...known, missedProposals }
      return { before, after: { ...after, livenessStats } }
    }),
  }),
}

/** Every batch is executed once more upon what it has made of the state. */
export const executedTwice: ParatimeBug = {
  wrapRuntime: (runtime) => ({
    ...runtime,
    execute: (context, state, batch) => {
      const first = runtime.execute(context, state, batch)
      if (first.transactions.length === 0) return first
      const inputs = first.transactions.map(({ input }) => input)
      const again = runtime.execute(context, state, { ...batch, mode: 'execute', inputs })
      return { ...again, rejected: first.rejected }
    },
  }),
}

/** What is signed never leaves. */
export const lostCommitment: ParatimeBug = {
  losesCall: ({ method }) => method === 'roothash.ExecutorCommit',
}

/** Evidence never leaves. */
export const lostEvidence: ParatimeBug = {
  losesCall: ({ method }) => method === 'roothash.Evidence',
}

/**
 * Batches are not compared with what their schedulers have signed: as if every empty batch had been
 * signed as one.
 */
export const uncheckedInputs: ParatimeBug = {
  rules: {
    forbidden: forbidKeys([]),
    provider: { verifySignature: () => true, verifySignatures: (all) => all.map(() => true) },
  },
  changeMessage: (message) => {
    const said = decode(CommitteeMessage, message)
    const { proposal } = said
    if (proposal === undefined || proposal.batch.length > 0) return message
    const header = { ...proposal.header, batchHash: EMPTY_HASH }
    return encode(CommitteeMessage, { ...said, proposal: { ...proposal, header } })
  },
}

/** Nodes go on with the version that they had. */
export const staleVersion: ParatimeBug = { changeDue: () => VERSION }

/** Committees are elected as if no version were due. */
export const unversionedElection: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    states: block.states.map(({ before, after }) => {
      const [was, is] = [before.committee, after.committee]
      const committee = was && is && { ...is, members: was.members }
      return { before, after: { ...after, ...(committee && { committee }) } }
    }),
  }),
}

/** A ParaTime is suspended although there is a committee. */
export const needlessSuspension: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    states: block.states.map(({ before, after }) => {
      return { before, after: { ...after, suspended: true } }
    }),
  }),
}

/** Nodes do not see what waits for a ParaTime. */
export const unseenMessages: ParatimeBug = {
  changeAnswer: (name, answer) => (name === 'RootHash/GetIncomingMessageQueue' ? [] : answer),
}

/** What came last is executed first. */
export const reversedMessages: ParatimeBug = {
  wrapRuntime: (runtime) => ({
    ...runtime,
    execute: (context, state, batch) =>
      runtime.execute(context, state, { ...batch, inMessages: batch.inMessages.toReversed() }),
  }),
}

/** What was accepted does not wait. */
export const lostMessages: ParatimeBug = {
  changeBlock: (block) => ({ ...block, queues: block.queues.map(() => []) }),
}

/** Nobody is told what a round has taken. */
export const untoldMessages: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    roothash: block.roothash.filter(({ inMsgProcessed }) => inMsgProcessed === undefined),
  }),
}

/** What comes with a message does not arrive. */
export const unpaidMessages: ParatimeBug = {
  changeBlock: (block) => ({
    ...block,
    staking: block.staking.filter(({ transfer }) => transfer === undefined),
  }),
}

/** What was signed is not there any more after a crash. */
export const forgottenSignature: ParatimeBug = {
  wrapFiles: (files) =>
    new Proxy(files, {
      get: (target, name: keyof FileSystem) => {
        const value: unknown = target[name]
        if (typeof value !== 'function') return value
        const rename = (from: string, to: string) => {
          if (!to.endsWith('signed.cbor')) target.rename(from, to)
        }
        return name === 'rename' ? rename : value.bind(target)
      },
    }),
}
