import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { parseJson, toIndentedJson } from '@wadi/cbor/json'
import { parseGenesis, printGenesis } from '@wadi/consensus/genesis/document'
import { RuntimeGovernanceModel } from '@wadi/consensus/registry/runtime'
import {
  computeRuntime,
  entitySigner,
  keyOf,
  nodeSigners,
  signedEntity,
  signedNode,
} from '@wadi/consensus-services/testing/registry'
import { nodeFiles as files } from '@wadi/node-storage/node-files'
import { stakingAddress } from '@wadi/primitives/address'
import { SignedEntity } from '@wadi/primitives/entity'
import { parseMoment } from '@wadi/primitives/moment'
import { MultiSignedNode } from '@wadi/primitives/node'
import { quantity } from '@wadi/primitives/quantity'
import { signEntity } from '../entity/entityFolder.ts'
import { testEntity } from '../entity/testEntity.ts'
import { put, scratchFolder } from '../testing/scratch.ts'
import { assembleGenesis } from './assembleGenesis.ts'
import { anyChainSignatures } from './genesisFile.ts'
import type { GenesisSettings, GenesisSources } from './genesisSettings.ts'

const folder = scratchFolder()
const terms = { files, isDebug: true, signatures: anyChainSignatures('allowed') }

const nothing: GenesisSources = {
  entities: [],
  nodes: [],
  runtimes: [],
  roothash: [],
  keymanager: [],
  staking: undefined,
  hasTestEntity: false,
}

const settings: GenesisSettings = {
  chainId: 'test',
  initialHeight: 1n,
  time: parseMoment('2026-01-02T03:04:05.678Z'),
  sources: nothing,
  registry: {
    maxNodeExpiration: 5n,
    disableRuntimeRegistration: false,
    debugAllowUnroutableAddresses: true,
    debugAllowTestRuntimes: true,
    governanceModels: [RuntimeGovernanceModel.names.entity],
    teeSgxPcs: true,
    teeSgxSignedAttestations: true,
    teeSgxMaxAttestationAge: 1_200n,
    teeFreshnessProofs: true,
  },
  roothash: {
    debugDoNotSuspendRuntimes: false,
    debugBypassStake: false,
    maxRuntimeMessages: 128,
    maxInRuntimeMessages: 128,
    maxPastRootsStored: 1_200n,
  },
  staking: { tokenSymbol: 'TEST', tokenValueExponent: 0, debugBypassStake: false },
  scheduler: {
    minValidators: 1n,
    maxValidators: 100n,
    maxValidatorsPerEntity: 1n,
    debugBypassStake: false,
    debugAllowWeakAlpha: false,
    debugForceElect: undefined,
  },
  governance: {
    minProposalDeposit: quantity(100n),
    stakeThreshold: 90,
    upgradeCancelMinEpochDiff: 300n,
    upgradeMinEpochDiff: 300n,
    votingPeriod: 100n,
    enableChangeParametersProposal: true,
  },
  beacon: {
    backend: 'insecure',
    debugMockBackend: false,
    insecureInterval: 86_400n,
    vrfAlphaThreshold: 1n,
    vrfInterval: 86_300n,
    vrfSubmissionDelay: 43_150n,
  },
  consensus: {
    backend: 'tendermint',
    timeoutCommit: 1_000_000_000n,
    skipTimeoutCommit: false,
    emptyBlockInterval: 0n,
    maxTxSize: 131_072n,
    maxBlockSize: 4_194_304n,
    maxBlockGas: 0n,
    maxEvidenceSize: 1_048_576n,
    stateCheckpointInterval: 10_000n,
    stateCheckpointNumKept: 2n,
    stateCheckpointChunkSize: 8_388_608n,
    gasCostTxByte: 1n,
    publicKeyBlacklist: [],
    featureVersion: undefined,
  },
}

const assemble = (sources: Partial<GenesisSources>, changes: Partial<GenesisSettings> = {}) =>
  assembleGenesis({ ...settings, ...changes, sources: { ...nothing, ...sources } }, terms)

function refuses(act: () => unknown, reason: string, sentence: RegExp): void {
  assert.throws(act, (error: Error & { reason: string }) => {
    assert.equal(error.reason, `provisioning.${reason}`)
    assert.match(error.message, sentence)
    return true
  })
}

const entityFile = (name: string, signed: SignedEntity): string =>
  put(folder, name, toIndentedJson(SignedEntity, signed))

const validator = nodeSigners('validator')
const alice = entityFile('alice', signedEntity(entitySigner('alice'), [keyOf(validator.id)]))
const bob = entityFile('bob', signedEntity(entitySigner('bob')))
const node = put(
  folder,
  'node',
  toIndentedJson(MultiSignedNode, signedNode(validator, { expiration: 5n })),
)

describe('a genesis document out of parameters and files', () => {
  it('survives its file, and begins at the time that it was given', () => {
    const document = assemble({ entities: [alice], nodes: [node] })
    assert.deepEqual(parseGenesis(printGenesis(document)), document)
    assert.match(printGenesis(document), /"genesis_time": "2026-01-02T03:04:05\.678Z"/)
  })

  it('has entities in the order in which they are named, each once, and that of tests last', () => {
    const { registry } = assemble({ entities: [bob, alice, bob], hasTestEntity: true })
    const signers = registry.entities.map((signed) => signed?.signature.publicKey)
    const { entity } = testEntity()
    const expected = [keyOf(entitySigner('bob')), keyOf(entitySigner('alice')), entity.id]
    assert.deepEqual(signers, expected)
  })

  it('has the fortune of the entity of tests beside the ledger of the file', () => {
    const staking = put(folder, 'ledger', '{"total_supply": "7", "common_pool": "7"}')
    const { staking: made } = assemble({ staking, hasTestEntity: true })
    const address = stakingAddress(testEntity().entity.id)
    assert.equal(made.totalSupply, 2n * 10n ** 15n + 7n)
    assert.equal(made.ledger.get(address)?.escrow.active.totalShares, 1n)
    assert.equal(made.delegations.get(address)?.get(address)?.shares, 1n)
  })

  it('asks nothing of anybody where the file has no thresholds, and has what Go would have', () => {
    const params = (text: string) =>
      assemble({ staking: put(folder, 'params', text) }).staking.params
    const unset = assemble({}).staking.params
    assert.equal(unset.thresholds.size, 8)
    assert.deepEqual([unset.debondingInterval, unset.feeSplitWeightVote], [1n, 1n])
    assert.equal(params('{"params": {"debonding_interval": 0}}').debondingInterval, 0n)
    assert.equal(params('{"PARAMS": {"Debonding_Interval": 7}}').debondingInterval, 7n)
    assert.equal(params('{"params": null}').debondingInterval, 1n)
    assert.equal(params('{"params": {"debonding_interval": null}}').debondingInterval, 1n)
    assert.equal(params('{"params": {"fee_split_weight_vote": "0"}}').feeSplitWeightVote, 1n)
    assert.equal(params('{"params": {"fee_split_weight_vote": "3"}}').feeSplitWeightVote, 3n)
  })

  it('takes the token of the file unless it is told another', () => {
    const staking = put(folder, 'token', '{"token_symbol": "FILE", "token_value_exponent": 9}')
    const token = (changes: Partial<GenesisSettings['staking']>) => {
      const told = { ...settings.staking, ...changes }
      const { tokenSymbol, tokenValueExponent } = assemble({ staking }, { staking: told }).staking
      return [tokenSymbol, tokenValueExponent]
    }
    assert.deepEqual(token({ tokenSymbol: '' }), ['FILE', 9])
    assert.deepEqual(token({ tokenSymbol: 'MINE', tokenValueExponent: 6 }), ['MINE', 6])
    const none = { ...settings.staking, tokenSymbol: '' }
    refuses(
      () => assemble({}, { staking: none }),
      'badValue',
      /symbol of the token; give --staking/,
    )
  })

  it('tells about each runtime once', () => {
    const state = { round: 5, state_root: 'c6'.repeat(32) }
    const states = JSON.stringify({ [toHex(computeRuntime().id)]: state })
    const [first, second] = [put(folder, 'first', states), put(folder, 'second', states)]
    refuses(() => assemble({ roothash: [first, second] }), 'badValue', /second tells about runtime/)
  })

  it('knows two sources of randomness', () => {
    const beacon = { ...settings.beacon, backend: 'vrf' }
    const { params } = assemble({}, { beacon }).beacon
    assert.deepEqual(
      [params.vrfParameters?.interval, params.insecureParameters],
      [86_300n, undefined],
    )
    const unknown = { ...settings.beacon, backend: 'dice' }
    refuses(
      () => assemble({}, { beacon: unknown }),
      'badValue',
      /no beacon "dice"; give insecure or vrf/,
    )
  })

  it('refuses files that say something else, by their paths', () => {
    const broken = put(folder, 'broken', '{"untrusted_raw_value": 5}')
    const sources = { entities: [broken], nodes: [broken], staking: put(folder, 'list', '[]') }
    for (const [name, value] of Object.entries(sources))
      refuses(() => assemble({ [name]: value }), 'badFile', /(broken|list) is not .*; (make|name) /)
    for (const name of ['runtimes', 'roothash', 'keymanager'])
      refuses(() => assemble({ [name]: [put(folder, 'text', 'x')] }), 'badFile', /text is not /)
    const signed = parseJson(SignedEntity, toIndentedJson(SignedEntity, signEntity(testEntity())))
    const forged = { ...signed, signature: signedEntity(entitySigner('alice')).signature }
    const sources2 = { entities: [entityFile('forged', forged)] }
    refuses(() => assemble(sources2), 'badFile', /verification failed/)
  })

  it('refuses the entity of tests where it is there already', () => {
    const own = entityFile('own', signEntity(testEntity()))
    const twice = () => assemble({ entities: [own], hasTestEntity: true })
    refuses(twice, 'badValue', /--entity names the entity of tests; leave out --debug\.test_entity/)
    const staking = put(folder, 'own-ledger', printLedgerOfTests())
    const inLedger = () => assemble({ staking, hasTestEntity: true })
    refuses(inLedger, 'badValue', /ledger's file has the entity of tests/)
  })

  it('refuses a document with which no network could begin, by its path in it', () => {
    refuses(() => assemble({ nodes: [node] }), 'badGenesis', /registry\.nodes\[0\]/)
    refuses(() => assemble({}, { initialHeight: 0n }), 'badGenesis', /height; correct that part/)
  })
})

function printLedgerOfTests(): string {
  const { ledger } = JSON.parse(printGenesis(assemble({ hasTestEntity: true }))).staking
  return JSON.stringify({ ledger })
}
