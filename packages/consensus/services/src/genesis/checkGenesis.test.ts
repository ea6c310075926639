import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toBase64, toHex } from '@wadi/base/bytes'
import { toJson } from '@wadi/cbor/json'
import { type GenesisDocument, parseGenesis, printGenesis } from '@wadi/consensus/genesis/document'
import { Genesis as RegistryGenesis } from '@wadi/consensus/registry'
import { forbidKeys, TEST_PUBLIC_KEYS } from '@wadi/crypto/signature/forbiddenKeys'
import type { Signer } from '@wadi/crypto/signature/signer'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { printAddress } from '@wadi/primitives/address'
import { testNamespace } from '@wadi/primitives/namespace'
import type { Node } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { COMMON_POOL_ADDRESS, RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import { owner, testDocument, validatorSigners, workerSigners } from '../testing/testDocument.ts'
import { bob } from '../testing/testLedger.ts'
import {
  computeRuntime,
  entitySigner,
  keyManagerRuntime,
  keyOf,
  nodeOf,
  nodeSigners,
  signedEntity,
  signedNode,
} from '../testing/testRegistry.ts'
import { checkGenesis } from './checkGenesis.ts'

const signatures = signatureRules(forbidKeys(RESERVED_PUBLIC_KEYS, TEST_PUBLIC_KEYS))
const production = { isDebug: false, signatures }
const debug = { isDebug: true, signatures }
const printed = printGenesis(testDocument())

type Json = { [key: string]: Json } & Json[]
type Change = readonly [path: string, value: unknown]

/** The document with other values at some paths of its JSON form; undefined removes one. */
function documentWith(...changes: readonly Change[]): GenesisDocument {
  const document = JSON.parse(printed) as Json
  for (const [path, value] of changes) {
    const steps = path.split('.')
    const last = steps.pop()!
    let parent = document
    for (const step of steps) parent = parent[step] as Json
    if (value === undefined) delete parent[last]
    else parent[last] = value as Json
  }
  return parseGenesis(JSON.stringify(document))
}

/** What is wrong, and where it says so. */
function refuses(changes: readonly Change[], reason: string, where: string): void {
  const is = (error: Error & { readonly reason?: string }) => {
    assert.equal(error.name, 'CodedError')
    assert.equal(error.reason, reason)
    assert.ok(error.message.includes(where), error.message)
    return true
  }
  assert.throws(() => checkGenesis(documentWith(...changes), production), is)
}

const accepts = (...changes: readonly Change[]): void =>
  checkGenesis(documentWith(...changes), production)

/** One change, refused at its own path. */
function refusesValues(reason: string, path: string, ...values: readonly unknown[]): void {
  for (const value of values) refuses([[path, value]], reason, path)
}

/** Refused, unless the node is in debug mode. */
function isForTestsOnly(reason: string, where: string, ...changes: readonly Change[]): void {
  refuses(changes, reason, where)
  checkGenesis(documentWith(...changes), debug)
}

/** JSON of a part of the registry's section. */
function registryJson(parts: Partial<RegistryGenesis>): Json {
  const { registry } = testDocument()
  return JSON.parse(toJson(RegistryGenesis, { ...registry, ...parts })) as Json
}

function runtimesJson(...runtimes: RegistryGenesis['runtimes']): Json {
  return registryJson({ runtimes })['runtimes']!
}

const ledger = `staking.ledger.${printAddress(owner)}`
const bobs = `staking.ledger.${printAddress(bob)}`
const reserved = printAddress(COMMON_POOL_ADDRESS)

describe('A genesis document is checked as strictly as the reference does, with the path of what is wrong', () => {
  it('is accepted in production, and in debug mode', () => {
    checkGenesis(testDocument(), production)
    checkGenesis(testDocument(), debug)
  })

  it('has a height and a name', () => {
    refusesValues('genesisChecks.height', 'height', 0, -1)
    refusesValues('genesisChecks.chainId', 'chain_id', '', ' \t\n', '\u0085\u00a0\u3000')
    accepts(['chain_id', '\ufeff'])
  })
})

describe("the consensus layer's section", () => {
  const params = 'consensus.params'
  it('pauses for a millisecond at least, if it pauses', () => {
    refusesValues('consensusGenesisChecks.timeoutCommit', `${params}.timeout_commit`, 999_999, -1)
    accepts([`${params}.timeout_commit`, 0], [`${params}.skip_timeout_commit`, true])
  })

  it('bounds checkpoints if there are any, but not where the node is in debug mode', () => {
    const of = (name: string) => `${params}.state_checkpoint_${name}`
    for (const [name, reason, value] of [
      ['interval', 'checkpointInterval', 999],
      ['num_kept', 'checkpointNumKept', 0],
      ['chunk_size', 'checkpointChunkSize', 1_048_575],
    ] as const) {
      isForTestsOnly(`consensusGenesisChecks.${reason}`, of(name), [of(name), value])
      accepts([of(name), value], [of('interval'), 0])
    }
  })

  it('names a forbidden key once, and none that is forbidden anyway', () => {
    const list = `${params}.public_key_blacklist`
    const [reservedKey] = RESERVED_PUBLIC_KEYS.map(toBase64)
    const some = toBase64(new Uint8Array(32).fill(4))
    const where = `${list}[1]`
    refuses([[list, [some, some]]], 'consensusGenesisChecks.blacklistedTwice', where)
    refuses([[list, [some, reservedKey]]], 'consensusGenesisChecks.alreadyForbidden', where)
  })
})

describe("the beacon's section", () => {
  const vrf = 'beacon.params.vrf_parameters'
  const insecure = 'beacon.params.insecure_parameters'
  it('names a backend and configures it', () => {
    refusesValues('beaconGenesisChecks.unknownBackend', 'beacon.params.backend', 'other', 'pvss')
    refusesValues('beacon.notConfigured', vrf, undefined)
    refuses([['beacon.params.backend', 'insecure']], 'beacon.notConfigured', insecure)
  })

  it('gives proofs time within the epoch', () => {
    refusesValues('beaconGenesisChecks.alphaThreshold', `${vrf}.alpha_hq_threshold`, 0)
    refusesValues('beaconGenesisChecks.interval', `${vrf}.interval`, 0, -1)
    refusesValues('beaconGenesisChecks.noDelay', `${vrf}.proof_delay`, 0, -1)
    refusesValues('beaconGenesisChecks.delayTooLong', `${vrf}.proof_delay`, 20, 21)
  })

  it('may be insecure, with an interval, or with epochs that tests set', () => {
    const backend = ['beacon.params.backend', 'insecure'] as const
    const mock = ['beacon.params.debug_mock_backend', true] as const
    accepts(backend, [insecure, { interval: 1 }])
    const zero = [insecure, { interval: 0 }] as const
    refuses([backend, zero], 'beaconGenesisChecks.interval', `${insecure}.interval`)
    isForTestsOnly('beaconGenesisChecks.unsafeFlags', mock[0], backend, zero, mock)
  })

  it('begins in an epoch', () => {
    const base = { base: 0xffff_ffff_ffff_ffffn }
    const { beacon } = testDocument()
    const document = testDocument({ beacon: { ...beacon, ...base } as typeof beacon })
    assert.throws(() => checkGenesis(document, production), { reason: 'beaconGenesisChecks.base' })
  })
})

describe("the registry's section", () => {
  it('has parameters for tests only where the node allows it', () => {
    const reason = 'registryParameters.unsafeDebugFlags'
    for (const flag of ['debug_allow_unroutable_addresses', 'debug_deploy_immediately'])
      isForTestsOnly(reason, 'registry.params', [`registry.params.${flag}`, true])
    const unlimited = ['registry.params.max_node_expiration', 0] as const
    isForTestsOnly('registryParameters.noMaxNodeExpiration', 'registry.params', unlimited)
  })

  it('has nothing that is null', () => {
    for (const list of ['entities', 'runtimes', 'suspended_runtimes', 'nodes'])
      refuses([[`registry.${list}.0`, null]], 'registryGenesisChecks.null', `registry.${list}[0]`)
  })

  it('has entities that sign for themselves', () => {
    const entity = 'registry.entities.0'
    const key = toBase64(keyOf(validatorSigners.id))
    const where = 'registry.entities[0]'
    refuses([[`${entity}.signature.public_key`, key]], 'registry.invalidSignature', where)
    const nodes = [keyOf(validatorSigners.id), keyOf(validatorSigners.id)]
    const twice = registryJson({ entities: [signedEntity(entitySigner('alice'), nodes)] })
    refuses([['registry.entities', twice['entities']]], 'registry.invalidArgument', where)
  })

  it('has runtimes that could be registered, each once', () => {
    const wrong = runtimesJson(keyManagerRuntime(), computeRuntime({ v: 2 }))
    const where = 'registry.runtimes[1]'
    refuses([['registry.runtimes', wrong]], 'registry.invalidArgument', where)
    const twice = runtimesJson(keyManagerRuntime(), keyManagerRuntime())
    refuses([['registry.runtimes', twice]], 'registryGenesisChecks.duplicateRuntime', where)
    const suspended = runtimesJson(...testDocument().registry.runtimes)
    const again = 'registry.suspended_runtimes[0]'
    refuses(
      [['registry.suspended_runtimes', suspended]],
      'registryGenesisChecks.duplicateRuntime',
      again,
    )
  })

  it('has the key managers that others need, in any order', () => {
    const { id: keyManager } = keyManagerRuntime()
    const compute = computeRuntime({ keyManager })
    accepts(['registry.runtimes', runtimesJson(keyManagerRuntime(), compute)])
    accepts(['registry.runtimes', runtimesJson(compute, keyManagerRuntime())])
    const where = 'registry.runtimes[0]'
    const alone = runtimesJson(compute)
    const nodes = ['registry.nodes', []] as const
    refuses([['registry.runtimes', alone], nodes], 'registry.noSuchRuntime', where)
  })

  it('looks at deployments as of the base epoch', () => {
    const [first] = computeRuntime().deployments
    const later = { ...first!, version: { major: 2, minor: 0, patch: 0 }, validFrom: 12n }
    const deployments = [first, later]
    const runtimes = runtimesJson(computeRuntime({ deployments }), keyManagerRuntime())
    refuses([['registry.runtimes', runtimes]], 'registry.invalidArgument', 'registry.runtimes[0]')
    accepts(['registry.runtimes', runtimes], ['beacon.base', 11])
  })
})

/** The document with one more node, which the owner vouches for. */
function withNode(signers: ReturnType<typeof nodeSigners>, fields: Partial<Node>): Change[] {
  const { registry } = testDocument()
  const ids = [validatorSigners, workerSigners, signers].map(({ id }) => keyOf(id))
  const json = registryJson({
    entities: [signedEntity(entitySigner('alice'), ids)],
    nodes: [...registry.nodes, signedNode(signers, fields)],
  })
  return (['entities', 'nodes'] as const).map((name) => [`registry.${name}`, json[name]])
}

describe("the registry's nodes", () => {
  const third = nodeSigners('third')
  const where = 'registry.nodes[2]'
  const invalid = 'registry.invalidArgument'

  it('are signed by all their keys, for an entity that is there', () => {
    accepts(...withNode(third, {}))
    const node = nodeOf(third, { entityId: keyOf(entitySigner('nobody')) })
    refuses(withNode(third, node), 'registryGenesisChecks.missingEntity', where)
    const signature = 'registry.nodes.0.signatures.2'
    refuses([[signature, undefined]], 'envelope.verificationFailed', 'registry.nodes[0]')
  })

  it('have an identifier that is not forbidden, and no key of another node', () => {
    for (const key of ['consensus', 'p2p'] as const) {
      const taken: Signer = validatorSigners[key]
      const signers = { ...third, [key]: taken }
      refuses(withNode(signers, {}), invalid, where)
    }
  })

  it('COMPAT: may have the key for proofs of another node', () => {
    const signers = { ...third, vrf: validatorSigners.vrf }
    accepts(...withNode(signers, {}))
    refuses(withNode({ ...third, vrf: validatorSigners.p2p }, {}), invalid, where)
    refuses(withNode({ ...third, p2p: third.vrf }, {}), invalid, where)
  })

  it('expire as the base epoch allows', () => {
    accepts(...withNode(third, { expiration: 15n }))
    refuses(withNode(third, { expiration: 16n }), invalid, where)
    accepts(...withNode(third, { expiration: 16n }), ['beacon.base', 11])
    accepts(...withNode(third, { expiration: 0n }))
  })

  it('run something if their role asks for it, by the rules of 26.1', () => {
    refuses(withNode(third, { roles: ROLES.observer }), invalid, where)
  })

  it('do not use a key that the document forbids', () => {
    const list = 'consensus.params.public_key_blacklist'
    for (const [signer, reason] of [
      [entitySigner('alice'), 'blacklistedEntity'],
      [validatorSigners.consensus, 'blacklistedNode'],
      [validatorSigners.p2p, 'blacklistedNode'],
      [workerSigners.tls, 'blacklistedNode'],
    ] as const)
      refuses([[list, [toBase64(keyOf(signer))]]], `registryGenesisChecks.${reason}`, 'registry.')
    // COMPAT(oasis-core): it may use them as an identifier, and for proofs.
    accepts([list, [validatorSigners.id, validatorSigners.vrf].map((s) => toBase64(keyOf(s)))])
    const foreign = runtimesJson(
      ...testDocument().registry.runtimes,
      computeRuntime({
        id: testNamespace(Uint8Array.of(9)),
        entityId: keyOf(entitySigner('carol')),
      }),
    )
    const forbidden = [list, [toBase64(keyOf(entitySigner('carol')))]] as const
    refuses(
      [['registry.runtimes', foreign], forbidden],
      'registryGenesisChecks.blacklistedOwner',
      'registry.runtimes',
    )
  })
})

describe("roothash's section", () => {
  it('is for tests only where the node allows it, and has no null', () => {
    for (const flag of ['debug_do_not_suspend_runtimes', 'debug_bypass_stake'])
      isForTestsOnly('roothash.parameters.unsafe', 'roothash.params', [
        `roothash.params.${flag}`,
        true,
      ])
    const id = toHex(computeRuntime().id)
    refusesValues('roothashGenesisChecks.null', `roothash.runtime_states.${id}`, null)
  })
})

describe("staking's section", () => {
  it('has parameters that a network may have', () => {
    const params = 'staking.params'
    const bypass = [`${params}.debug_bypass_stake`, true] as const
    isForTestsOnly('staking/parameters.debugFlags', params, bypass)
    refuses(
      [[`${params}.thresholds.entity`, undefined]],
      'staking/parameters.thresholdMissing',
      params,
    )
  })

  it('names the account in which something is wrong', () => {
    const claims = { claims: { some: [] } }
    refuses([[`${ledger}.escrow.stake_accumulator`, claims]], 'staking/genesis.stakeClaims', ledger)
    const rates = [{ start: 0, rate: '100001' }]
    const schedule = `${ledger}.escrow.commission_schedule`
    refuses([[`${schedule}.rates`, rates]], 'commission.overUnity', schedule)
    const allowances = `${bobs}.general.allowances`
    refuses([[allowances, { [reserved]: '1' }]], 'staking/genesis.invalidAddress', allowances)
    accepts([allowances, { [printAddress(owner)]: '10000' }])
    refuses(
      [[allowances, { [printAddress(owner)]: '10001' }]],
      'staking/genesis.allowance',
      allowances,
    )
    refuses([[`staking.ledger.${reserved}`, {}]], 'staking/genesis.invalidAddress', reserved)
  })

  it('adds up', () => {
    refusesValues('staking/genesis.totalSupply', 'staking.total_supply', '9999', '10001')
    refuses([[`${bobs}.general.balance`, '901']], 'staking/genesis.totalSupply', 'total_supply')
  })

  it('is refused, and not an error of ours, where the reference divides by zero', () => {
    const interval = 'staking.params.commission_schedule_rules.rate_change_interval'
    refuses([[interval, undefined]], 'staking/genesis.noRateInterval', ledger)
  })

  it('holds the stake for everything that is registered and runs', () => {
    // A validator, a node with two roles for two runtimes each, and two runtimes: 700 base units.
    const thresholds = 'staking.params.thresholds'
    const balance = `${ledger}.escrow.active.balance`
    accepts([`${thresholds}.entity`, '2300'])
    refuses([[`${thresholds}.entity`, '2301']], 'staking.insufficientStake', balance)
    const worker = registryJson({ nodes: testDocument().registry.nodes.slice(1) })['nodes']
    accepts([`${thresholds}.entity`, '2400'], ['registry.nodes', worker])
  })
})

describe("the key manager's section", () => {
  const status = 'keymanager.statuses.0'
  it('has statuses of key managers, of nodes that are not forbidden', () => {
    const id = toHex(computeRuntime().id)
    refuses([[`${status}.id`, id]], 'keymanager.invalidId', 'keymanager')
    const nodes = [toBase64(RESERVED_PUBLIC_KEYS[0]!)]
    refuses([[`${status}.nodes`, nodes]], 'keymanager.invalidNode', 'keymanager')
    accepts([`${status}.nodes`, [toBase64(PublicKey.check(new Uint8Array(32)))]])
    refuses([[status, null]], 'keymanager.nullStatus', 'keymanager.statuses[0]')
  })

  it('has signed policies, of which the next one is newer', () => {
    const reason = 'keymanager.invalidPolicySignature'
    for (const policy of ['policy', 'next_policy'])
      refuses([[`${status}.${policy}.policy.serial`, 9]], reason, 'keymanager')
    accepts([`${status}.policy`, null])
    const { policy } = testDocument().keymanager.statuses[0]!
    const same = JSON.parse(printed) as Json
    const current = same['keymanager']!['statuses']![0]!['policy']
    assert.ok(policy)
    const stale = 'keymanager.policySerialNotIncreased'
    refuses([[`${status}.next_policy`, current]], stale, 'keymanager')
  })
})

describe("the scheduler's section", () => {
  const params = 'scheduler.params'
  it('is for tests only where the node allows it', () => {
    for (const flag of ['debug_bypass_stake', 'debug_allow_weak_alpha'])
      isForTestsOnly('scheduler.unsafeFlags', params, [`${params}.${flag}`, true])
    // COMPAT(oasis-core): nobody is forced, but that is said.
    isForTestsOnly('scheduler.unsafeFlags', params, [`${params}.debug_force_elect`, {}])
  })

  it('COMPAT: may have no validators until the chain begins', () => {
    accepts([`${params}.min_validators`, 0], [`${params}.max_validators`, -1])
  })

  it('has votes for the total supply', () => {
    const max = (1n << 63n) / 8n
    const supply = (amount: bigint) =>
      [
        ['staking.common_pool', `${amount * 16n - 4_000n}`],
        ['staking.total_supply', `${amount * 16n}`],
      ] as const
    accepts(...supply(max - 1n))
    refuses(supply(max), 'scheduler.supplyTooLarge', 'staking.total_supply')
    refuses(supply(max * 10n), 'scheduler.powerOverflow', 'staking.total_supply')
    checkGenesis(documentWith(...supply(max), [`${params}.debug_bypass_stake`, true]), debug)
  })
})

describe("governance's section", () => {
  it('lets no minority decide', () => {
    const params = 'governance.params'
    const threshold = `${params}.stake_threshold`
    refuses([[threshold, 66]], 'governanceParameters.stakeThresholdTooSmall', params)
    refuses([[threshold, 101]], 'governanceParameters.stakeThresholdTooLarge', params)
  })

  it('has proposals of the present, which nobody has counted yet', () => {
    const open = 'governance.proposals.0'
    const where = 'governance.proposals[0]'
    const is = (field: string, value: unknown, reason: string) =>
      refuses([[`${open}.${field}`, value]], `governanceGenesisChecks.${reason}`, where)
    is('created_at', 11, 'createdLater')
    is('submitter', reserved, 'submitter')
    is('closes_at', 9, 'closedBefore')
    is('results', { yes: '1' }, 'countedVotes')
    // COMPAT(oasis-core): nothing is counted, but that is said.
    is('results', {}, 'countedVotes')
    is('invalid_votes', 1, 'countedInvalidVotes')
    is('content.upgrade.epoch', 9, 'upgradeBefore')
    is('state', 'passed', 'closesLater')
    accepts([`${open}.closes_at`, 10], [`${open}.created_at`, 10])
  })

  it('holds the deposits, and upgrades apart from each other', () => {
    const deposit = 'governance.proposals.0.deposit'
    refuses([[deposit, '9']], 'governanceGenesisChecks.deposits', 'staking.governance_deposits')
    const epoch = 'governance.proposals.2.content.upgrade.epoch'
    refuses([[epoch, 59]], 'governanceGenesisChecks.upgradesTooNear', 'governance.proposals')
    accepts([epoch, 60])
    const cancelled = 'governance.proposals.4.content.cancel_upgrade.proposal_id'
    refuses([[cancelled, 2]], 'governanceGenesisChecks.upgradesTooNear', 'epochs 60 and 61')
    // COMPAT(oasis-core): of two with the same identifier only the first one is cancelled.
    const id = ['governance.proposals.1.id', 4] as const
    refuses([id], 'governanceGenesisChecks.upgradesTooNear', 'epochs 60 and 61')
  })

  it('COMPAT: counts an upgrade of the past as none', () => {
    accepts(['governance.proposals.2.content.upgrade.epoch', 9])
  })
})

describe("the vault's section", () => {
  it('may be left out, and allows somebody to decide if it is enabled', () => {
    accepts(['vault', undefined])
    const most = 'vault.params.max_authority_addresses'
    refuses([[most, 0]], 'vaultParameters.noAuthorityAddresses', 'vault.params')
    accepts([most, 0], ['vault.params.enabled', false])
  })
})

describe('what is wrong', () => {
  it('is told in the order of the reference', () => {
    const wrong: readonly (readonly [...Change, reason: string])[] = [
      ['height', 0, 'genesisChecks.height'],
      ['chain_id', '', 'genesisChecks.chainId'],
      ['consensus.params.timeout_commit', 0, 'consensusGenesisChecks.timeoutCommit'],
      ['beacon.params.backend', '', 'beaconGenesisChecks.unknownBackend'],
      ['registry.params.max_node_expiration', 0, 'registryParameters.noMaxNodeExpiration'],
      ['roothash.params.debug_bypass_stake', true, 'roothash.parameters.unsafe'],
      ['staking.token_symbol', '', 'staking/genesis.tokenSymbol'],
      ['keymanager.statuses.0', null, 'keymanager.nullStatus'],
      ['scheduler.params.debug_bypass_stake', true, 'scheduler.unsafeFlags'],
      ['governance.params.stake_threshold', 0, 'governanceParameters.stakeThresholdTooSmall'],
      ['vault.params.max_authority_addresses', 0, 'vaultParameters.noAuthorityAddresses'],
      ['staking.params.thresholds.entity', '9999', 'staking.insufficientStake'],
    ]
    for (const [i, [, , reason]] of wrong.entries()) {
      const rest = wrong.slice(i).map(([path, value]) => [path, value] as const)
      refuses(rest, reason, '')
    }
  })
})
