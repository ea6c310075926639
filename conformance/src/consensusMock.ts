/** The golden state of appendix A of the specification, built from the schemas alone. */

import { parseHex, toHex, toUtf8 } from '@wadi/base/bytes'
import { make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import * as beacon from '@wadi/consensus/beacon/keys'
import { PolicySgx as ChurpPolicy, Status as ChurpStatus } from '@wadi/consensus/churp'
import * as churp from '@wadi/consensus/churp/keys'
import {
  EnclavePolicySgx,
  EncryptedEphemeralSecret,
  Status as KeymanagerStatus,
  PolicySgx,
} from '@wadi/consensus/keymanager'
import * as keymanager from '@wadi/consensus/keymanager/keys'
import * as registry from '@wadi/consensus/registry/keys'
import {
  AdmissionPolicy,
  EntityWhitelistRole,
  PerRoleAdmissionPolicy,
  RUNTIME_KINDS,
  RUNTIME_VERSION,
  Runtime,
  VersionInfo,
} from '@wadi/consensus/registry/runtime'
import { Parameters as RoothashParameters, RuntimeState } from '@wadi/consensus/roothash'
import { type Block, Header } from '@wadi/consensus/roothash/block'
import * as roothash from '@wadi/consensus/roothash/keys'
import { Account, EscrowAccount, GeneralAccount, SharePool } from '@wadi/consensus/staking'
import * as staking from '@wadi/consensus/staking/keys'
import type { StateTable } from '@wadi/consensus/state/stateTable'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import { EnclaveIdentity, parseEnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { multiSignValue, signValue } from '@wadi/primitives/envelope'
import { Hash, hashOfBytes } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { CapabilityTee, NODE_VERSION, Node, NodeRuntime, TEE_HARDWARE } from '@wadi/primitives/node'
import { RolesMask } from '@wadi/primitives/nodeRoles'
import { PublicKey, X25519PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'

const state = new Map<string, Uint8Array>()

/** The keys and values, keys in hexadecimal. */
export function consensusMockState(): ReadonlyMap<string, Uint8Array> {
  if (state.size === 0) {
    putStaking()
    putBeacon()
    putNodes()
    putRuntimes()
    putSecrets()
    putChurp()
    putRoothash()
  }
  return state
}

function put<In extends readonly unknown[], Out extends readonly unknown[], T>(
  table: StateTable<In, Out, T>,
  values: In,
  value: T,
): void {
  state.set(toHex(table.keys.encode(...values)), table.value.encode(value))
}

const keyOf = (signer: Signer) => PublicKey.check(signer.publicKey)
/** 63 times f, then a digit. */
const k = (digit: number) => PublicKey.check(parseHex(String(digit).padStart(64, 'f')))
const hashOfText = (text: string): Hash => hashOfBytes(toUtf8(text))
const namespaceOf = (hex: string) => Namespace.check(parseHex(hex))

function putStaking(): void {
  const [a1, a2, a3] = ['01', '02', '03'].map((digits) =>
    stakingAddress(PublicKey.check(parseHex(`7e57baaad${digits}`.padEnd(64, 'f')))),
  ) as [Address, Address, Address]
  const pool = (balance: bigint, totalShares: bigint) =>
    make(SharePool, { balance: quantity(balance), totalShares: quantity(totalShares) })
  const account = (balance: bigint, nonce: bigint, ...[active, debonding]: SharePool[]) =>
    make(Account, {
      general: make(GeneralAccount, { balance: quantity(balance), nonce }),
      escrow: make(EscrowAccount, { active: active!, debonding: debonding ?? zero(SharePool) }),
    })
  put(staking.accounts, [a1], account(23n, 13n, pool(100n, 10n), pool(5n, 5n)))
  put(staking.accounts, [a2], account(23n, 1n, pool(500n, 5n)))
  put(staking.accounts, [a3], account(113n, 17n, pool(400n, 35n)))
  const delegations = [
    [a1, a1, 5n],
    [a1, a3, 20n],
    [a2, a1, 5n],
    [a2, a3, 6n],
    [a3, a2, 5n],
    [a3, a3, 10n],
  ] as const
  for (const [delegator, escrow, shares] of delegations) {
    put(staking.delegations, [escrow, delegator], { shares: quantity(shares) })
    put(staking.delegationsByDelegator, [delegator, escrow], { shares: quantity(shares) })
  }
  const debonding = [
    [a1, 1n, 33n],
    [a2, 1n, 15n],
    [a2, 1n, 21n],
    [a3, 2n, 100n],
  ] as const
  for (const [delegator, shares, debondEnd] of debonding) {
    const delegation = { shares: quantity(shares), debondEnd }
    put(staking.debondingDelegations, [delegator, a1, debondEnd], delegation)
    put(staking.debondingQueue, [debondEnd, delegator, a1], undefined)
  }
  put(staking.totalSupply, [], quantity(10_000n))
  put(staking.commonPool, [], quantity(1000n))
  put(staking.lastBlockFees, [], quantity(33n))
  put(staking.governanceDeposits, [], quantity(12n))
}

function putBeacon(): void {
  put(beacon.currentEpoch, [], { epoch: 42n, height: 13n })
  put(beacon.futureEpoch, [], { epoch: 43n, height: 15n })
}

const AREA = 'consensus/tendermint/apps/registry/state'
const entity = keyOf(createTestSigner('entity', `${AREA}: entity signer`))
const [r10, r11, r12] = ['10', '11', '12'].map((digits) =>
  namespaceOf(`80${digits.padStart(62, '0')}`),
) as [Namespace, Namespace, Namespace]

function putNode(signer: Signer, fields: Partial<Node>): void {
  const id = keyOf(signer)
  const head = { v: NODE_VERSION, id, entityId: entity, expiration: 32n }
  const node = make(Node, { ...head, ...fields })
  const signed = multiSignValue([signer], contextOf(contexts.registerNode), Node, node)
  put(registry.nodes, [id], signed)
  put(registry.nodesByEntity, [entity, id], undefined)
  put(registry.nodesByCometAddress, [sha256(node.consensus.id).slice(0, 20)], id)
  for (const key of [node.consensus.id, node.p2p.id, node.vrf.id, node.tls.pubKey]) {
    put(registry.nodesBySubKey, [key], id)
  }
}

function putNodes(): void {
  const nodeSigner = (digit: number) =>
    createTestSigner('node', `${AREA}/interop: node signer ${digit}`)
  putNode(nodeSigner(1), {})
  const tee = make(CapabilityTee, {
    hardware: TEE_HARDWARE.intelSgx,
    rak: k(8),
    attestation: parseHex('000102030405'),
  })
  putNode(nodeSigner(2), {
    tls: { pubKey: k(0) },
    p2p: { id: k(3), addresses: [] },
    consensus: { id: k(4), addresses: [] },
    vrf: { id: k(5) },
    runtimes: [
      make(NodeRuntime, { id: r10, version: patch(321) }),
      make(NodeRuntime, {
        id: r11,
        version: patch(123),
        capabilities: { tee },
        extraInfo: parseHex('05030201'),
      }),
    ],
  })
}

const patch = (number: number) => ({ major: 0, minor: 0, patch: number })
const deployment = (number: number, validFrom: bigint, fields: Partial<VersionInfo> = {}) =>
  make(VersionInfo, { version: patch(number), validFrom, ...fields })

function runtime(id: Namespace, fields: Partial<Runtime>): Runtime {
  const kind = RUNTIME_KINDS.compute
  return make(Runtime, { v: RUNTIME_VERSION, id, entityId: entity, kind, ...fields })
}

function putRuntimes(): void {
  const anyNode = make(AdmissionPolicy, { anyNode: {} })
  const sgx = { teeHardware: TEE_HARDWARE.intelSgx }
  const latest = deployment(123, 42n, {
    tee: parseHex('0102030405'),
    bundleChecksum: new Uint8Array(32).fill(5),
  })
  const deployments = [deployment(321, 42n), deployment(320, 10n)]
  put(registry.runtimes, [r10], runtime(r10, { admissionPolicy: anyNode, deployments }))
  const older = deployment(120, 10n, { tee: parseHex('0504030201') })
  put(
    registry.suspendedRuntimes,
    [r11],
    runtime(r11, { ...sgx, admissionPolicy: anyNode, deployments: [latest, older] }),
  )
  const nobody = make(EntityWhitelistRole, { entities: keyedMap(PublicKey, []) })
  const observers = make(PerRoleAdmissionPolicy, { entityWhitelist: nobody })
  const perRole = keyedMap(RolesMask, [[2, observers]])
  const admissionPolicy = make(AdmissionPolicy, { perRole })
  put(registry.runtimes, [r12], runtime(r12, { ...sgx, admissionPolicy, deployments: [latest] }))
  for (const id of [r10, r11, r12]) put(registry.runtimesByEntity, [entity, id], undefined)
}

const rt = namespaceOf('80'.padEnd(64, '0'))
const km1 = namespaceOf(`${'c0'.padEnd(16, '0')}${'fe'.padStart(48, 'f')}`)
const km2 = namespaceOf(`${'c0'.padEnd(16, '0')}${'f'.repeat(48)}`)
const x = parseEnclaveIdentity(
  '18256f783c071521be2da041cd9347b5bdb5a8ef58fb34658571a6e14cf1fcb0' +
    'e48049d1de0eb333523991671a6c93b97dd65bcf09273d5b6bfe8262dc968ec7',
)
const y = parseEnclaveIdentity(
  'c9a589851b1f35627177fd70378ed778170f737611e4dfbf0b6d25bdff55b474' +
    '7d310664780931ae103ab30a90171c201af385a72757bb4683578fdebde9adf5',
)
const z = parseEnclaveIdentity(
  '756eaf76f5482c5345808b1eaccdd5c60f864bb2aa2d2b870df00ce435af4e23' +
    '3597a2ff0743016f28e5d7e129304ee1c43dbdae3dba94e19cee3549038a5a32',
)
const signers = ['first signer', 'second signer'].map((name) => createTestSigner('entity', name))
const [s1, s2] = signers.map(keyOf) as [PublicKey, PublicKey]
const checksum = parseHex('1bff211fae98c88ba82388ae954b88a71d3bbe327e162e9fa711fe7a1b759c3e')
const policyContext = contextOf(contexts.keyManagerPolicy)

function putSecrets(): void {
  put(keymanager.statuses, [km1], make(KeymanagerStatus, { id: km1 }))
  const ofEnclave = make(EnclavePolicySgx, {
    mayQuery: keyedMap(Namespace, [[rt, [x]]]),
    mayReplicate: [z],
  })
  const policy = make(PolicySgx, {
    serial: 1,
    id: km2,
    enclaves: keyedMap(EnclaveIdentity, [[y, ofEnclave]]),
    maxEphemeralSecretAge: 10n,
  })
  const { signatures } = multiSignValue(signers, policyContext, PolicySgx, policy)
  const isReady = { isInitialized: true, isSecure: true, checksum, nodes: [s1, s2] }
  const status = make(KeymanagerStatus, { id: km2, ...isReady, policy: { policy, signatures } })
  put(keymanager.statuses, [km2], status)

  const rek = (name: string) => X25519PublicKey.check(x25519.publicKey(hashOfText(name)))
  const [p1, p2] = [rek('first rek'), rek('second rek')]
  const secret = make(EncryptedEphemeralSecret, {
    runtimeId: km1,
    epoch: 1n,
    secret: {
      checksum: parseHex('0102030405'),
      pubKey: p1,
      ciphertexts: keyedMap(X25519PublicKey, [
        [p1, parseHex('010203')],
        [p2, parseHex('040506')],
      ]),
    },
  })
  const context = contextOf(contexts.encryptedEphemeralSecret)
  const { signature } = signValue(signers[0]!, context, EncryptedEphemeralSecret, secret)
  put(keymanager.ephemeralSecrets, [km1], { secret, signature: signature.signature })
}

function putChurp(): void {
  const empty = zero(ChurpStatus)
  put(churp.statuses, [empty.runtimeId, empty.id], empty)
  const identity = { id: 1, runtimeId: rt }
  const policy = make(ChurpPolicy, { ...identity, serial: 6, mayShare: [y], mayJoin: [z] })
  // The fixture signs this policy under the context of the other kind of policy.
  const { signatures = [] } = multiSignValue(signers, policyContext, ChurpPolicy, policy)
  const hash = Hash.check(checksum)
  const status = make(ChurpStatus, {
    ...identity,
    threshold: 2,
    extraShares: 1,
    handoffInterval: 3n,
    policy: { policy, signatures },
    handoff: 4n,
    checksum: hash,
    committee: [s1, s2],
    nextHandoff: 5n,
    nextChecksum: hash,
    applications: keyedMap(PublicKey, [
      [s1, { checksum: hash, reconstructed: false }],
      [s2, { checksum: hash, reconstructed: true }],
    ]),
  })
  put(churp.statuses, [rt, 1], status)
}

const PAST_ROOTS_STORED = 100n

function putRoothash(): void {
  const params = make(RoothashParameters, { maxPastRootsStored: PAST_ROOTS_STORED })
  put(roothash.parameters, [], params)
  const block = (round: bigint, ioRoot: Hash, stateRoot: Hash): Block => ({
    header: make(Header, { round, ioRoot, stateRoot }),
  })
  const genesis = hashOfText('genesis')
  const genesisBlock = block(1n, genesis, genesis)
  for (let round = 1n; round <= 10n; round++) {
    const [ioRoot, stateRoot] = [hashOfText(`io ${round}`), hashOfText(`state ${round}`)]
    const height = 10n * (round - 1n)
    const runtimeState = make(RuntimeState, {
      runtime: make(Runtime, { id: r10 }),
      genesisBlock,
      lastBlock: block(round, ioRoot, stateRoot),
      lastBlockHeight: height,
      lastNormalRound: round,
      lastNormalHeight: height,
    })
    put(roothash.runtimeStates, [r10], runtimeState)
    put(roothash.lastIoRoots, [r10], ioRoot)
    put(roothash.lastStateRoots, [r10], stateRoot)
    put(roothash.pastRoundRoots, [r10, round], { stateRoot, ioRoot })
  }
}
