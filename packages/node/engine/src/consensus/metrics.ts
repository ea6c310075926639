/** What agreement counts, under CometBFT's names where it has them. */

import { counter, defineMetrics, gauge, histogram, type InstrumentsOf } from '@wadi/base/metrics'

const name = (key: string) => `cometbft_consensus_${key}`

/** From a tenth of a second to a hundred, each as many times the one before. */
const DURATION_BUCKETS = [100, 268, 720, 1931, 5179, 13_895, 37_276, 100_000].map((ms) => ms / 1000)

export const consensusMetrics = defineMetrics('consensus', {
  height: gauge('Height of the chain.', { name: name('height') }),
  rounds: gauge('Number of rounds.', { name: name('rounds') }),
  roundDurationSeconds: histogram('Histogram of round duration.', {
    name: name('round_duration_seconds'),
    buckets: DURATION_BUCKETS,
  }),
  stepDurationSeconds: histogram('Histogram of durations for each step.', {
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
  validatorMissedBlocks: counter('Blocks that this validator has not signed.', {
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
  blockIntervalSeconds: histogram('Time between this and the last block.', {
    name: name('block_interval_seconds'),
  }),
  numTxs: gauge('Number of transactions.', { name: name('num_txs') }),
  totalTxs: counter('Total number of transactions.', { name: name('total_txs') }),
  latestBlockHeight: gauge('The latest block height.', { name: name('latest_block_height') }),
  proposalCreateCount: counter('Number of proposals created by this node.', {
    name: name('proposal_create_count'),
  }),
  proposalReceiveCount: counter('Number of proposals received by this node.', {
    name: name('proposal_receive_count'),
    labels: ['status'],
  }),
  lateVotes: counter('Number of votes for earlier rounds than this node is in.', {
    name: name('late_votes'),
    labels: ['vote_type'],
  }),
  blockSyncing: gauge('Whether or not a node is block syncing. 1 if yes, 0 if no.', {
    name: name('block_syncing'),
  }),
  stateSyncing: gauge('Whether or not a node is state syncing. 1 if yes, 0 if no.', {
    name: name('state_syncing'),
  }),
  validatorSetUpdates: counter('Blocks after which the application changed validators.', {
    name: 'cometbft_state_validator_set_updates',
  }),
  consensusParamUpdates: counter('Blocks after which the application changed parameters.', {
    name: 'cometbft_state_consensus_param_updates',
  }),
  proposedBlocks: counter('Number of blocks proposed by the node.', {
    name: 'oasis_consensus_proposed_blocks',
    labels: ['backend'],
  }),
  signedBlocks: counter('Number of blocks signed by the node.', {
    name: 'oasis_consensus_signed_blocks',
    labels: ['backend'],
  }),
})
export type ConsensusInstruments = InstrumentsOf<typeof consensusMetrics>
