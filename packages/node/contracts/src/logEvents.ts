/**
 * What tools that watch a node's log look for: the values of the field `log_event`, as the
 * reference has them. A record with one has the level of the reference, too; its sentence, its
 * module and its other fields are ours, since nobody looks at them. The one of `debug byzantine
 * vrfbeacon` is there (`byzantineProver.ts`).
 */

export const logEvents = {
  /** Debug: a version of the state of the consensus layer is dropped. */
  prune: 'cometbft/abci/prune',
  /** Info: the state of the consensus layer was taken from others. */
  stateSyncComplete: 'cometbft/abci/state_sync_complete',
  /** Info: nobody but who is named is a peer in the consensus layer. */
  peerExchangeDisabled: 'cometbft/peer_exchange_disabled',
  /** Error: an upgrade has begun that asks for another version of the protocols. */
  incompatibleBinary: 'upgrade/incompatible-binary',
  /** Warn: what an upgrade needs before the node runs is done. */
  startupUpgrade: 'upgrade/startup-upgrade',
  /** Warn: an upgrade is done in a block. */
  consensusUpgrade: 'upgrade/consensus-upgrade',
  /** Warn: the workers of a runtime disagree, or are late. */
  executionDiscrepancy: 'roothash/execution_discrepancy_detected',
  /** Warn: a round is decided because its time is over. */
  timerFired: 'roothash/timer_fired',
  /** Debug: a round has no result. */
  roundFailed: 'roothash/round_failed',
  /** Info: the past of a runtime is looked through, as after each start. */
  historyReindexing: 'roothash/history_reindexing',
  /** Info: the trees of a runtime were taken from others, and rounds are followed from there. */
  checkpointSyncSuccess: 'worker/storage/checkpoint-sync-success',
} as const
