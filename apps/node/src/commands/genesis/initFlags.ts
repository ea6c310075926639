/** The flags of `genesis init`: every parameter that a network begins with. */

import { BACKEND } from '@wadi/consensus/consensus'
import type { Flag, Flags } from '@wadi/node-config/command'
import { nodeFlags } from '@wadi/node-config/node-flags'
import { genesisFileFlag } from '../transaction/transactionFlags.ts'
import { sanityFlags } from './sanityTerms.ts'

function text(doc: string, fallback = ''): Flag<'text'> {
  return { kind: 'text', doc, fallback }
}

function texts(doc: string, fallback: readonly string[] = []): Flag<'texts'> {
  return { kind: 'texts', doc, fallback }
}

function integer(doc: string, fallback: bigint, word = 'uint'): Flag<'integer'> {
  return { kind: 'integer', doc, fallback, word }
}

function flag(doc: string, fallback = false): Flag<'boolean'> {
  return { kind: 'boolean', doc, fallback }
}

function hidden(doc: string): Flag<'boolean'> {
  return { kind: 'boolean', doc: `${doc} (UNSAFE)`, fallback: false, isHidden: true }
}

function duration(doc: string, fallback: number): Flag<'duration'> {
  return { kind: 'duration', doc, fallback }
}

const SECOND_MS = 1_000

const sourceFlags = {
  entity: texts('file with the signed descriptor of an entity'),
  node: texts('file with the signed descriptor of a node'),
  runtime: texts('file with the descriptor of a runtime'),
  roothash: texts('file with the states in which runtimes go on'),
  keymanager: texts('file with the status of a key manager'),
  staking: text('file with the ledger'),
  'debug.test_entity': nodeFlags['debug.test_entity'],
} as const satisfies Flags

const registryFlags = {
  'registry.max_node_expiration': integer('epochs for which a node can register', 5n),
  'registry.disable_runtime_registration': flag('let nobody register runtimes later'),
  'registry.debug.allow_unroutable_addresses': hidden('allow addresses that nobody can reach'),
  'registry.debug.allow_test_runtimes': hidden('allow runtimes for tests'),
  'registry.enable_runtime_governance_models': texts(
    'who may govern runtimes: entity, runtime, consensus',
    ['entity'],
  ),
  'registry.tee_features.freshness_proofs': flag('know proofs that an enclave is fresh', true),
  'registry.tee_features.sgx.default_max_attestation_age': integer(
    'blocks for which an attestation is good, where enclaves sign them',
    1_200n,
  ),
  'registry.tee_features.sgx.pcs': flag('take quotes of SGX that stand on PCS', true),
  'registry.tee_features.sgx.signed_attestations': flag(
    'want attestations signed by the key of the enclave (RAK)',
    true,
  ),
} as const satisfies Flags

const schedulerFlags = {
  'scheduler.min_validators': integer('fewest validators', 1n, 'int'),
  'scheduler.max_validators': integer('most validators', 100n, 'int'),
  'scheduler.max_validators_per_entity': integer('most validators of an entity', 1n, 'int'),
  'scheduler.debug.bypass_stake': hidden('ask nobody for stake in elections'),
  'scheduler.debug.allow_weak_alpha': hidden('elect with randomness that is not good'),
  'scheduler.debug.force_elect': {
    ...text('nodes that are elected whatever the dice say, as JSON (UNSAFE)'),
    isHidden: true,
  },
} as const satisfies Flags

const governanceFlags = {
  'governance.min_proposal_deposit': integer('base units that a proposal costs', 100n),
  'governance.stake_threshold': integer('percent of the stake that must agree', 90n, 'uint8'),
  'governance.upgrade_cancel_min_epoch_diff': integer(
    'epochs before an upgrade in which it cannot be cancelled any more',
    300n,
  ),
  'governance.upgrade_min_epoch_diff': integer('epochs that an upgrade is known before', 300n),
  'governance.voting_period': integer('epochs in which people can vote', 100n),
  'governance.enable_change_parameters_proposal': flag('let proposals change parameters', true),
} as const satisfies Flags

const beaconFlags = {
  'beacon.backend': text('source of randomness: insecure or vrf', 'insecure'),
  'beacon.debug.mock_backend': hidden('let epochs begin only when somebody says so'),
  'beacon.insecure.cometbft.interval': integer('blocks of an epoch', 86_400n, 'int'),
  'beacon.vrf.alpha_threshold': integer('proofs that make good randomness', 1n),
  'beacon.vrf.interval': integer('blocks of an epoch', 86_300n, 'int'),
  'beacon.vrf.submission_delay': integer('blocks before proofs are taken', 43_150n, 'int'),
} as const satisfies Flags

const roothashFlags = {
  'roothash.debug.do_not_suspend_runtimes': hidden('let runtimes without stake go on'),
  'roothash.debug.bypass_stake': hidden('ask no runtime for stake'),
  'roothash.max_runtime_messages': integer(
    'messages that a round of a runtime can send',
    128n,
    'uint32',
  ),
  'roothash.max_in_runtime_messages': integer(
    'messages that can wait for a runtime',
    128n,
    'uint32',
  ),
  'roothash.max_past_roots_stored': integer('rounds of which the roots are kept', 1_200n),
} as const satisfies Flags

const stakingFlags = {
  'staking.token_symbol': text('symbol of the token'),
  'staking.token_value_exponent': integer('a token is ten to this many base units', 0n, 'uint8'),
  'staking.debug.bypass_stake': hidden('ask nobody for stake'),
} as const satisfies Flags

const consensusFlags = {
  'consensus.backend': text('engine that makes blocks', BACKEND),
  'consensus.blacklist_public_key': texts('public key that may not sign'),
  'consensus.cometbft.empty_block_interval': duration('time between blocks without anything', 0),
  'consensus.cometbft.max_block_gas': integer('gas of a block; 0 for any', 0n),
  'consensus.cometbft.max_block_size': text('size of a block', '4mb'),
  'consensus.cometbft.max_evidence_size': text('size of the evidence in a block', '1mb'),
  'consensus.cometbft.max_tx_size': text('size of a transaction', '128kb'),
  'consensus.cometbft.skip_timeout_commit': flag('wait for no votes after a block'),
  'consensus.cometbft.timeout_commit': duration('wait for late votes after a block', SECOND_MS),
  'consensus.feature_version': text('version whose changes of the rules are in force'),
  'consensus.gas_costs.tx_byte': integer('gas of a byte of a transaction', 1n),
  'consensus.state_checkpoint.chunk_size': text('size of a piece of a checkpoint', '8mb'),
  'consensus.state_checkpoint.interval': integer('blocks between checkpoints; 0 for none', 10_000n),
  'consensus.state_checkpoint.num_kept': integer('checkpoints that are kept', 2n),
} as const satisfies Flags

/** All of them. */
export const initFlags = {
  ...genesisFileFlag,

  ...sanityFlags,
  'chain.id': text('name of the network'),
  initial_height: integer('height of the first block', 1n, 'int'),
  ...sourceFlags,
  ...registryFlags,
  ...schedulerFlags,
  ...governanceFlags,
  ...beaconFlags,
  ...roothashFlags,
  ...stakingFlags,
  ...consensusFlags,
} as const satisfies Flags
