/** An application that is watched: how long its answers take, and some of what they say. */

import type { Clock } from '@wadi/base/clock'
import type { Application } from '@wadi/contracts/application'
import type { ConsensusInstruments } from '../consensus/metrics.ts'
import type { ExecutionInstruments } from './metrics.ts'

const MS_PER_SECOND = 1000

/** What it takes to watch. */
export interface ApplicationWatch {
  readonly clock: Clock
  readonly metrics: ExecutionInstruments
  readonly proposals: Pick<ConsensusInstruments, 'proposalCreateCount' | 'proposalReceiveCount'>
}

/** The application, whose answers are counted. */
export function observedApplication(
  application: Application,
  { clock, metrics, proposals }: ApplicationWatch,
): Application {
  const timed = <T>(
    labels: { readonly method: string; readonly type: string },
    run: () => T,
  ): T => {
    const startMs = clock.monotonicMs()
    const answer = run()
    const seconds = (clock.monotonicMs() - startMs) / MS_PER_SECOND
    metrics.methodTimingSeconds.observe(seconds, labels)
    return answer
  }
  let beganMs = 0
  return {
    info: () => timed(METHODS.info, () => application.info()),
    initChain: (request) => timed(METHODS.initChain, () => application.initChain(request)),
    checkTx: (tx, kind) => timed(METHODS.checkTx, () => application.checkTx(tx, kind)),
    prepareProposal: (request) => {
      const prepared = timed(METHODS.prepareProposal, () => application.prepareProposal(request))
      proposals.proposalCreateCount.add(1)
      return prepared
    },
    processProposal: (request, transactions) => {
      const run = () => application.processProposal(request, transactions)
      const isAccepted = timed(METHODS.processProposal, run)
      proposals.proposalReceiveCount.add(1, { status: isAccepted ? 'accepted' : 'rejected' })
      return isAccepted
    },
    beginBlock: (request) => {
      beganMs = clock.monotonicMs()
      return timed(METHODS.beginBlock, () => application.beginBlock(request))
    },
    deliverTx: (tx) => timed(METHODS.deliverTx, () => application.deliverTx(tx)),
    endBlock: (height) => {
      const answer = timed(METHODS.endBlock, () => application.endBlock(height))
      metrics.blockProcessingTime.observe(clock.monotonicMs() - beganMs)
      if (answer.validatorUpdates.length > 0) metrics.validatorSetUpdates.add(1)
      if (answer.consensusParamUpdates !== undefined) metrics.consensusParamUpdates.add(1)
      return answer
    },
    commit: () => timed(METHODS.commit, () => application.commit()),
    listSnapshots: () => timed(METHODS.listSnapshots, () => application.listSnapshots()),
    loadSnapshotChunk: (...chunk) =>
      timed(METHODS.loadSnapshotChunk, () => application.loadSnapshotChunk(...chunk)),
    offerSnapshot: (...snapshot) =>
      timed(METHODS.offerSnapshot, () => application.offerSnapshot(...snapshot)),
    applySnapshotChunk: (...chunk) =>
      timed(METHODS.applySnapshotChunk, () => application.applySnapshotChunk(...chunk)),
  }
}

const sync = (method: string) => ({ method, type: 'sync' })

/** COMPAT(cometbft): it delivers transactions without waiting, which is what async means. */
const METHODS = {
  info: sync('info'),
  initChain: sync('init_chain'),
  checkTx: sync('check_tx'),
  prepareProposal: sync('prepare_proposal'),
  processProposal: sync('process_proposal'),
  beginBlock: sync('begin_block'),
  deliverTx: { method: 'deliver_tx', type: 'async' },
  endBlock: sync('end_block'),
  commit: sync('commit'),
  listSnapshots: sync('list_snapshots'),
  loadSnapshotChunk: sync('load_snapshot_chunk'),
  offerSnapshot: sync('offer_snapshot'),
  applySnapshotChunk: sync('apply_snapshot_chunk'),
}
