import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { BACKENDS, Parameters as BeaconParameters } from '@wadi/consensus/beacon'
import { Status as ConsensusStatus, StatusState } from '@wadi/consensus/consensus/status'
import { RegistrationStatus, Status } from '@wadi/consensus/control'
import { NodeStatus } from '@wadi/consensus/registry'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import { Parameters as SchedulerParameters } from '@wadi/consensus/scheduler'
import { Account, EscrowAccount, Parameters, ThresholdKind } from '@wadi/consensus/staking'
import { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { claimOfNode } from '@wadi/consensus-services/registry/stakeClaims'
import { stakingAddress } from '@wadi/primitives/address'
import { Node } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import type { AskedNode } from '../connection/nodeConnection.ts'
import type { Facts } from './facts.ts'
import { gatherFacts, type KnownSettings } from './gatherFacts.ts'
import { BLOCK_WAIT_MS_MAX } from './limits.ts'

const NOW = 1_800_000_000n
const key = (fill: number) => PublicKey.check(new Uint8Array(32).fill(fill))
const [own, owner, other, richer] = [key(1), key(2), key(3), key(4)] as const
const entity = (id: PublicKey, nodes: readonly PublicKey[]) => ({ v: 2, id, nodes })
const { entity: ENTITY, 'node-validator': VALIDATOR } = ThresholdKind.names

function accountWith(balance: bigint, isClaimed: boolean): Account {
  const threshold = (kind: bigint) => [{ global: kind as ThresholdKind, const: undefined }]
  const claims = keyedMap(text, [
    ['registry.RegisterEntity', threshold(ENTITY)] as const,
    ...(isClaimed ? [[claimOfNode(own), threshold(VALIDATOR)] as const] : []),
  ])
  const active = { balance: quantity(balance), totalShares: quantity(balance) }
  const escrow = make(EscrowAccount, { active, stakeAccumulator: { claims } })
  return make(Account, { escrow })
}

/** A network of two validators and a node that would be one, as its calls answer. */
class Asked {
  mode = 'validator'
  isRegistered = true
  consensus = make(ConsensusStatus, {
    latestHeight: 100n,
    latestTime: NOW - 2n,
    version: { major: 7, minor: 0, patch: 0 },
    peers: { pubKey: own, peerId: '', addresses: undefined, peers: ['a', 'b'] },
  })
  registration: RegistrationStatus | undefined = zero(RegistrationStatus)
  readonly names: string[] = []
  heights = [100n]
  readonly answers: Record<string, (question: never) => unknown> = {
    'NodeController/GetStatus': () => ({
      ...zero(Status),
      mode: this.mode,
      identity: { ...zero(Status).identity, node: own },
      consensus: this.consensus,
      registration: this.registration,
    }),
    'Consensus/GetStatus': () => ({
      ...this.consensus,
      latestHeight: this.heights.shift() ?? this.consensus.latestHeight,
    }),
    'Beacon/GetEpoch': () => 50n,
    'Beacon/ConsensusParameters': () => make(BeaconParameters, { backend: BACKENDS.vrf }),
    'Staking/TokenSymbol': () => 'ROSE',
    'Staking/TokenValueExponent': () => 9,
    'Governance/PendingUpgrades': () => [make(UpgradeDescriptor, { handler: 'next', epoch: 60n })],
    'Registry/GetEntities': () => [entity(other, [other]), entity(owner, [own])],
    'Registry/GetEntity': ({ id }: { readonly id: PublicKey }) => {
      if (toBase64(id) !== toBase64(owner)) throw registryErrors.noSuchEntity()
      return entity(owner, [own])
    },
    'Registry/GetNode': () => {
      if (!this.isRegistered) throw registryErrors.noSuchNode()
      return make(Node, { id: own, expiration: 52n })
    },
    'Registry/GetRuntimes': () => [],
    'Registry/GetNodeStatus': () => make(NodeStatus, { freezeEndTime: 7n }),
    'Scheduler/ConsensusParameters': () =>
      make(SchedulerParameters, { maxValidators: 2n, maxValidatorsPerEntity: 1n }),
    'Scheduler/GetValidators': () => [
      { id: other, entityId: other, votingPower: 1n },
      { id: richer, entityId: richer, votingPower: 2n },
    ],
    'Staking/Account': ({ owner: of }: { readonly owner: Uint8Array }) => {
      const balance = new Map([
        [toBase64(stakingAddress(owner)), 250n],
        [toBase64(stakingAddress(other)), 300n],
        [toBase64(stakingAddress(richer)), 900n],
      ]).get(toBase64(of))
      return accountWith(balance ?? 0n, this.isRegistered)
    },
    'Staking/ConsensusParameters': () =>
      make(Parameters, {
        thresholds: keyedMap(ThresholdKind, [
          [ENTITY, quantity(100n)],
          [VALIDATOR, quantity(40n)],
        ]),
      }),
  } as never

  async gather(settings?: KnownSettings): Promise<Extract<Facts['node'], { kind: 'here' }>> {
    const { node } = await this.facts(settings)
    assert.equal(node.kind, 'here')
    return node as never
  }

  facts(settings?: KnownSettings): Promise<Facts> {
    const node = {
      ask: async (_: unknown, name: string, question: never) => {
        this.names.push(name)
        return this.answers[name]!(question)
      },
    } as unknown as AskedNode
    let nowMs = 0
    return gatherFacts((use) => use(node), {
      target: 'unix:here',
      settings,
      world: {
        machine: () => ({ now: NOW, folder: undefined }),
        monotonicMs: () => nowMs,
        wait: async (ms) => {
          nowMs += ms
        },
      },
    })
  }
}

describe('what a node is asked', () => {
  it('is where it is, who owns it, and how it stands', async () => {
    const { sync, chain } = await new Asked().gather()
    assert.deepEqual(sync, {
      isSynced: true,
      height: 100n,
      blockTime: NOW - 2n,
      peers: 2,
      nextBlock: undefined,
    })
    assert.deepEqual(chain?.registration, {
      nodeId: toBase64(own),
      owner: { kind: 'known', id: toBase64(owner), isRegistered: true, vouches: true },
      expiration: 52n,
      isKnown: true,
      lastError: '',
      frozenUntil: 7n,
      eligibleAfter: 0n,
    })
    assert.deepEqual(chain?.election, {
      isWanted: true,
      isElected: false,
      stake: 250n,
      needed: 140n,
      rank: 3,
      maxValidators: 2n,
      leastElected: 300n,
      siblings: 0n,
      maxPerEntity: 1n,
      usesProofs: true,
    })
    assert.deepEqual(
      chain?.upgrades.map(({ handler, epoch }) => [handler, epoch]),
      [['next', 60n]],
    )
  })

  it('counts the stake that a node would take that is not registered', async () => {
    const asked = new Asked()
    asked.isRegistered = false
    const { chain } = await asked.gather()
    assert.equal(chain?.registration?.expiration, undefined)
    assert.equal(chain?.election?.needed, 140n)
  })

  it('looks for the owner that the configuration names, or for none', async () => {
    const known = await new Asked().gather({ owner: other, isValidator: true })
    const facts = { kind: 'known', id: toBase64(other), isRegistered: false, vouches: false }
    assert.deepEqual(known.chain?.registration?.owner, facts)
    const asked = new Asked()
    asked.answers['Registry/GetEntities'] = () => []
    const none = await asked.gather({ owner: undefined, isValidator: true })
    assert.deepEqual(none.chain?.registration?.owner, { kind: 'not configured' })
    assert.equal(none.chain?.election, undefined)
    const unknown = await asked.gather()
    assert.deepEqual(unknown.chain?.registration?.owner, { kind: 'unknown' })
  })

  it('leaves out registration where the node is none that registers', async () => {
    const asked = new Asked()
    asked.mode = 'client'
    assert.equal((await asked.gather()).chain?.registration, undefined)
    asked.mode = 'validator'
    asked.registration = undefined
    assert.equal((await asked.gather()).chain?.registration, undefined)
    assert.ok(!asked.names.includes('Registry/GetNode'))
  })

  it('waits a while for another block where the last one is old', async () => {
    const asked = new Asked()
    asked.consensus = { ...asked.consensus, latestTime: NOW - 11n }
    asked.heights = [100n, 100n, 101n]
    assert.equal((await asked.gather()).sync?.nextBlock, 'came')
    asked.mode = 'archive'
    assert.equal((await asked.gather()).sync?.nextBlock, undefined)
    asked.mode = 'validator'
    asked.heights = []
    const before = asked.names.length
    assert.equal((await asked.gather()).sync?.nextBlock, 'did not come')
    assert.ok(asked.names.length - before >= BLOCK_WAIT_MS_MAX / 500)
    asked.consensus = { ...asked.consensus, status: StatusState.names.syncing }
    assert.equal((await asked.gather()).sync?.nextBlock, 'did not come')
    asked.consensus = { ...asked.consensus, peers: undefined }
    assert.equal((await asked.gather()).sync?.nextBlock, undefined)
  })

  it('may be nothing: there is no state, no chain, or no node', async () => {
    const asked = new Asked()
    asked.consensus = { ...asked.consensus, latestHeight: 0n }
    assert.equal((await asked.gather()).chain, undefined)
    asked.answers['NodeController/GetStatus'] = () => zero(Status)
    assert.equal((await asked.gather()).sync, undefined)
    const seed = { chainContext: '', addresses: undefined, nodePeers: undefined }
    asked.answers['NodeController/GetStatus'] = () => ({ ...zero(Status), seed })
    assert.deepEqual((await asked.facts()).node, { kind: 'seed' })
    asked.answers['NodeController/GetStatus'] = () => {
      throw new UnavailableError('test', 'nobody is there')
    }
    const { node } = await asked.facts()
    assert.deepEqual(node, { kind: 'away', target: 'unix:here', why: 'nobody is there' })
    asked.answers['NodeController/GetStatus'] = () => {
      const cause = Object.assign(new Error('connect ENOENT'), { code: 'ENOENT' })
      throw new UnavailableError('test', 'no node answers', { cause })
    }
    const { node: gone } = await asked.facts()
    assert.match(
      gone.kind === 'away' ? gone.why : '',
      /^there is no such socket: .* another data folder$/,
    )
  })
})
