/** What block sync counts. */

import { counter, defineMetrics, gauge, type InstrumentsOf } from '@wadi/base/metrics'

export const blockSyncMetrics = defineMetrics('block_sync', {
  blocks: counter('Number of blocks that were fetched, verified and applied.'),
  refusedBlocks: counter('Number of blocks from peers that were not the blocks of the chain.'),
  servedBlocks: counter('Number of blocks that were sent to peers.'),
  repairedBlocks: counter('Number of damaged blocks that were fetched again.'),
  peerHeight: gauge('Height that the peers say they have.'),
})
export type BlockSyncInstruments = InstrumentsOf<typeof blockSyncMetrics>
