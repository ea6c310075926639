/** What is counted of an application's answers, under the names of CometBFT 0.37. */

import { counter, defineMetrics, histogram, type InstrumentsOf } from '@wadi/base/metrics'

const TIMING_BUCKETS_SECONDS = [0.0001, 0.0004, 0.002, 0.009, 0.02, 0.1, 0.65, 2, 6, 25]

const PROCESSING_BUCKETS_MS = [1, 11, 21, 31, 41, 51, 61, 71, 81, 91]

export const executionMetrics = defineMetrics('execution', {
  blockProcessingTime: histogram('Milliseconds between BeginBlock and EndBlock.', {
    name: 'cometbft_state_block_processing_time',
    buckets: PROCESSING_BUCKETS_MS,
  }),
  validatorSetUpdates: counter('Blocks after which the application changed validators.', {
    name: 'cometbft_state_validator_set_updates',
  }),
  consensusParamUpdates: counter('Blocks after which the application changed parameters.', {
    name: 'cometbft_state_consensus_param_updates',
  }),
  methodTimingSeconds: histogram('How long the application takes, by method of ABCI.', {
    name: 'cometbft_abci_connection_method_timing_seconds',
    labels: ['method', 'type'],
    buckets: TIMING_BUCKETS_SECONDS,
  }),
})
export type ExecutionInstruments = InstrumentsOf<typeof executionMetrics>
