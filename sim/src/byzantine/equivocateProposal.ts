/** Proposes two good blocks in one round: each half of the network hears of one. */

import type { Application, PrepareProposalRequest } from '@wadi/contracts/application'
import { dataHashOf } from '@wadi/tendermint/transactionProof'
import type { Block } from '@wadi/tendermint/types/block'
import type { Behaviour, Means } from './behaviour.ts'
import { type CutBlock, cutUsually, OwnProposals, type ProposalTrick } from './ownProposals.ts'

/** See the top of this file. */
export function equivocateProposal(
  means: Means,
  onReplaced?: ProposalTrick['onReplaced'],
): Behaviour {
  const alternatives = new Map<bigint, readonly Uint8Array[]>()
  const other = (block: Block): CutBlock | undefined => {
    const transactions = alternatives.get(block.header.height)
    if (transactions === undefined) return undefined
    const dataHash = dataHashOf(transactions)
    return cutUsually({ ...block, header: { ...block.header, dataHash }, transactions })
  }
  const proposals = new OwnProposals(means, {
    replace: other,
    isFor: (peer) => peer % 2 === 1,
    ...(onReplaced && { onReplaced }),
  })
  return {
    outgoing: (sent) => proposals.outgoing(sent),
    wrap: (application) =>
      withProposals(application, (request) => {
        alternatives.clear()
        // An application fills a block by itself; without what it was offered it makes another one.
        const fewer = request.transactions.slice(1)
        if (fewer.length < request.transactions.length)
          alternatives.set(
            request.height,
            application.prepareProposal({ ...request, transactions: fewer }),
          )
      }),
  }
}

/** An application that first does something else when it is asked for a proposal. */
function withProposals(
  application: Application,
  before: (request: PrepareProposalRequest) => void,
): Application {
  return {
    info: () => application.info(),
    initChain: (request) => application.initChain(request),
    checkTx: (transaction, kind) => application.checkTx(transaction, kind),
    prepareProposal: (request) => {
      before(request)
      return application.prepareProposal(request)
    },
    processProposal: (request, transactions) => application.processProposal(request, transactions),
    beginBlock: (request) => application.beginBlock(request),
    deliverTx: (transaction) => application.deliverTx(transaction),
    endBlock: (height) => application.endBlock(height),
    commit: () => application.commit(),
    listSnapshots: () => application.listSnapshots(),
    loadSnapshotChunk: (height, format, chunk) =>
      application.loadSnapshotChunk(height, format, chunk),
    offerSnapshot: (snapshot, appHash) => application.offerSnapshot(snapshot, appHash),
    applySnapshotChunk: (index, chunk, sender) =>
      application.applySnapshotChunk(index, chunk, sender),
  }
}
