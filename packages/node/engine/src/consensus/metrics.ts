/** What agreement counts, under the names of CometBFT 0.37. */

import { counter, defineMetrics, gauge, histogram, type InstrumentsOf } from '@wadi/base/metrics'

const name = (key: string) => `cometbft_consensus_${key}`

/** From a tenth of a second to a hundred; to the last bit, as bounds are labels. */
const DURATION_BUCKETS = [
  0.1, 0.2682695795279726, 0.7196856730011522, 1.9306977288832508, 5.1794746792312125,
  13.894954943731381, 37.27593720314942, 100.00000000000006,
]

export const consensusMetrics = defineMetrics('consensus', {
  height: gauge('Height of the chain.', { name: name('height') }),
  rounds: gauge('Round that this node was in before the last one.', { name: name('rounds') }),
  roundDurationSeconds: histogram('Time from the start of a height to the start of a round.', {
    name: name('round_duration_seconds'),
    buckets: DURATION_BUCKETS,
  }),
  stepDurationSeconds: histogram('Duration of each step of a round, by the step that ended.', {
    name: name('step_duration_seconds'),
    labels: ['step'],
    buckets: DURATION_BUCKETS,
  }),
  validators: gauge('Number of validators.', { name: name('validators') }),
  validatorsPower: gauge('Total power of all validators.', { name: name('validators_power') }),
  validatorLastSignedHeight: gauge('Last height signed by this validator.', {
    name: name('validator_last_signed_height'),
    labels: ['validator_address'],
  }),
  validatorPower: gauge('Power of this validator.', {
    name: name('validator_power'),
    labels: ['validator_address'],
  }),
  validatorMissedBlocks: gauge('Number of blocks that this validator has not signed.', {
    name: name('validator_missed_blocks'),
    labels: ['validator_address'],
  }),
  missingValidators: gauge('Number of validators who did not sign.', {
    name: name('missing_validators'),
  }),
  missingValidatorsPower: gauge('Total power of the missing validators.', {
    name: name('missing_validators_power'),
  }),
  byzantineValidators: gauge('Number of validators who tried to double sign.', {
    name: name('byzantine_validators'),
  }),
  byzantineValidatorsPower: gauge('Total power of the validators who tried to double sign.', {
    name: name('byzantine_validators_power'),
  }),
  blockIntervalSeconds: histogram('Time between this and the last block, by their headers.', {
    name: name('block_interval_seconds'),
  }),
  numTxs: gauge('Number of transactions in the last block.', { name: name('num_txs') }),
  blockSizeBytes: gauge('Size of the last block.', { name: name('block_size_bytes') }),
  totalTxs: gauge('Total number of transactions since the start.', { name: name('total_txs') }),
  latestBlockHeight: gauge('The latest block height.', { name: name('latest_block_height') }),
  blockSyncing: gauge('Whether or not a node is block syncing. 1 if yes, 0 if no.', {
    name: name('block_syncing'),
  }),
  stateSyncing: gauge('Whether or not a node is state syncing. 1 if yes, 0 if no.', {
    name: name('state_syncing'),
  }),
  blockParts: counter('Number of block parts that each peer has sent.', {
    name: name('block_parts'),
    labels: ['peer_id'],
  }),
  blockGossipPartsReceived: counter('Number of block parts, by whether they are of the block.', {
    name: name('block_gossip_parts_received'),
    labels: ['matches_current'],
  }),
  quorumPrevoteDelay: gauge('Seconds from the proposal to the prevote that made two thirds.', {
    name: name('quorum_prevote_delay'),
    labels: ['proposer_address'],
  }),
  fullPrevoteDelay: gauge('Seconds from the proposal to the last prevote, if all have voted.', {
    name: name('full_prevote_delay'),
    labels: ['proposer_address'],
  }),
  proposalReceiveCount: counter('Number of proposals, by what the application says of them.', {
    name: name('proposal_receive_count'),
    labels: ['status'],
  }),
  proposalCreateCount: counter('Number of proposals created by this node.', {
    name: name('proposal_create_count'),
  }),
  roundVotingPowerPercent: gauge('Part of the voting power that voted in this round, up to 1.', {
    name: name('round_voting_power_percent'),
    labels: ['vote_type'],
  }),
  lateVotes: counter('Number of votes for earlier heights and rounds than this node is in.', {
    name: name('late_votes'),
    labels: ['vote_type'],
  }),
})
export type ConsensusInstruments = InstrumentsOf<typeof consensusMetrics>

/** The same for every backend of agreement, in oasis-core's words. */
export const backendMetrics = defineMetrics('consensus_backend', {
  proposedBlocks: counter('Number of blocks proposed by the node.', {
    name: 'oasis_consensus_proposed_blocks',
    labels: ['backend'],
  }),
  signedBlocks: counter('Number of blocks signed by the node.', {
    name: 'oasis_consensus_signed_blocks',
    labels: ['backend'],
  }),
})
export type BackendInstruments = InstrumentsOf<typeof backendMetrics>
