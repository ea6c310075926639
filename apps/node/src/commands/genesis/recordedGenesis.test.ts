import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import { testEntity } from '@wadi/provisioning/test-entity'
import { runWords, scratchFolder } from '../registry/testing/commandLine.ts'
import { recordedGenesis } from '../registry/testing/recorded.ts'

// biome-ignore lint/suspicious/noExplicitAny: documents as JSON, looked at by their fields
type Json = any

const scratch = scratchFolder()
const TEST_BALANCE = 10n ** 15n

/** Writes each of some values into a file of its own, and names the files after a flag. */
function filesOf(folder: string, flag: string, values: readonly Json[] = []): readonly string[] {
  return values.flatMap((value, i) => {
    const path = join(folder, `${flag.slice(2)}-${i}.json`)
    writeFileSync(path, JSON.stringify(value))
    return [flag, path]
  })
}

/** The ledger as it was before the entity of tests was added to it. */
function ledgerFile(folder: string, staking: Json): string {
  const address = printAddress(stakingAddress(testEntity().entity.id))
  const { [address]: _account, ...ledger } = staking.ledger
  const { [address]: _own, ...delegations } = staking.delegations
  const total_supply = `${BigInt(staking.total_supply) - 2n * TEST_BALANCE}`
  const path = join(folder, 'staking.json')
  writeFileSync(path, JSON.stringify({ ...staking, ledger, delegations, total_supply }))
  return path
}

function beaconWords({ params }: Json): readonly string[] {
  const { backend, debug_mock_backend: isMock, insecure_parameters, vrf_parameters: vrf } = params
  const words = ['--beacon.backend', backend, ...(isMock ? ['--beacon.debug.mock_backend'] : [])]
  if (insecure_parameters !== undefined)
    words.push(`--beacon.insecure.cometbft.interval=${insecure_parameters.interval}`)
  if (vrf !== undefined)
    words.push(
      `--beacon.vrf.alpha_threshold=${vrf.alpha_hq_threshold}`,
      `--beacon.vrf.interval=${vrf.interval}`,
      `--beacon.vrf.submission_delay=${vrf.proof_delay}`,
    )
  return words
}

function parameterWords({ consensus, governance, registry, roothash, scheduler }: Json) {
  const [blocks, rules, admission, rounds, seats] = [
    consensus,
    governance,
    registry,
    roothash,
    scheduler,
  ].map((section) => section.params)
  const models = Object.keys(admission.enable_runtime_governance_models)
  const forced = seats.debug_force_elect
  return [
    `--consensus.cometbft.timeout_commit=${BigInt(blocks.timeout_commit) / 1_000_000n}ms`,
    `--consensus.cometbft.max_tx_size=${blocks.max_tx_size}`,
    `--consensus.cometbft.max_block_size=${blocks.max_block_size / 1024}kb`,
    `--consensus.cometbft.max_evidence_size=${blocks.max_evidence_size / 2 ** 20}mb`,
    `--consensus.state_checkpoint.interval=${blocks.state_checkpoint_interval}`,
    '--consensus.state_checkpoint.num_kept=0',
    `--consensus.state_checkpoint.chunk_size=${blocks.state_checkpoint_chunk_size}b`,
    `--consensus.gas_costs.tx_byte=${blocks.gas_costs.tx_byte}`,
    `--consensus.feature_version=${blocks.feature_version.major}.0`,
    `--governance.min_proposal_deposit=${rules.min_proposal_deposit}`,
    `--governance.stake_threshold=${rules.stake_threshold}`,
    `--governance.upgrade_cancel_min_epoch_diff=${rules.upgrade_cancel_min_epoch_diff}`,
    `--governance.upgrade_min_epoch_diff=${rules.upgrade_min_epoch_diff}`,
    `--governance.voting_period=${rules.voting_period}`,
    `--registry.max_node_expiration=${admission.max_node_expiration ?? 0}`,
    `--registry.enable_runtime_governance_models=${models.join(',')}`,
    ...(admission.debug_allow_unroutable_addresses
      ? ['--registry.debug.allow_unroutable_addresses', 'true']
      : []),
    ...(admission.debug_allow_test_runtimes
      ? ['--registry.debug.allow_test_runtimes', 'true']
      : []),
    `--roothash.max_runtime_messages=${rounds.max_runtime_messages}`,
    `--roothash.max_in_runtime_messages=${rounds.max_in_runtime_messages}`,
    `--roothash.max_past_roots_stored=${rounds.max_past_roots_stored}`,
    `--scheduler.min_validators=${seats.min_validators}`,
    `--scheduler.max_validators=${seats.max_validators}`,
    `--scheduler.max_validators_per_entity=${seats.max_validators_per_entity}`,
    ...(seats.debug_allow_weak_alpha ? ['--scheduler.debug.allow_weak_alpha'] : []),
    ...(forced === undefined ? [] : ['--scheduler.debug.force_elect', JSON.stringify(forced)]),
  ]
}

/** The command line that makes the document of a network, its parts in files of a folder. */
function wordsFor(folder: string, document: Json): readonly string[] {
  const { registry, keymanager, staking } = document
  const isTestEntity = (signed: Json): boolean =>
    Buffer.from(signed.signature.public_key, 'base64').equals(testEntity().signer.publicKey)
  return [
    ...['genesis', 'init', '--genesis.file', join(folder, 'genesis.json')],
    ...['--chain.id', document.chain_id, '--initial_height', `${document.height}`],
    ...['--debug.dont_blame_oasis', '--debug.allow_test_keys', '--debug.test_entity'],
    ...filesOf(
      folder,
      '--entity',
      registry.entities.filter((one: Json) => !isTestEntity(one)),
    ),
    ...filesOf(folder, '--node', registry.nodes),
    ...filesOf(folder, '--runtime', registry.runtimes),
    ...filesOf(folder, '--keymanager', keymanager.statuses),
    ...['--staking', ledgerFile(folder, staking)],
    ...beaconWords(document.beacon),
    ...parameterWords(document),
  ]
}

const withoutTime = (text: string): string => text.replace(/"genesis_time": "[^"]*"/, '')

const recorded = recordedGenesis()

describe('genesis init, with the parts of a recorded network', {
  skip: recorded.length === 0,
}, () => {
  for (const [name, text] of recorded)
    it(`makes the document of ${name} to the byte`, async () => {
      const folder = join(scratch, name)
      mkdirSync(folder)
      const ran = await runWords(...wordsFor(folder, JSON.parse(text)))
      assert.deepEqual(ran, { code: 0, out: '', err: '' })
      const made = readFileSync(join(folder, 'genesis.json'), 'utf8')
      assert.equal(withoutTime(made), withoutTime(text))
    })
})
