import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { encode, make } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Parameters as VaultParameters } from '@wadi/consensus/vault'
import { Create } from '@wadi/consensus/vault/methods'
import { MultiSignedNode } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PROTOCOL_VERSIONS } from '@wadi/primitives/version'
import { epochOf } from '../beacon/queries.ts'
import { pendingUpgradesOf } from '../governance/queries.ts'
import { hasFeature261 } from '../kernel/features.ts'
import type { Service } from '../kernel/service.ts'
import { StopForUpgrade, type Upgrader } from '../kernel/upgrader.ts'
import { owner, validatorSigners } from '../testing/testDocument.ts'
import { upgradeAt } from '../testing/testGovernance.ts'
import { signedNode } from '../testing/testRegistry.ts'
import {
  blockAt,
  decide,
  decideUpgrade,
  EPOCH_BLOCKS,
  type NodeOptions,
  ownersCall,
  propose,
  runBlock,
  runTo,
  signedCall,
  TestNode,
  upgradeDocument,
} from '../testing/testUpgrade.ts'
import { handlers } from '../upgrade/handlers.ts'
import { services } from './services.ts'

const EPOCH = 4n
/** The block with which the epoch of the upgrade begins. */
const HEIGHT = EPOCH * EPOCH_BLOCKS
const NAMES = ['consensus240', 'consensus261', 'empty', '__e2e-test-valid'] as const

/** The network as it was before all upgrades. */
function oldDocument(): GenesisDocument {
  const document = upgradeDocument({ featureVersion: undefined })
  const vault = { ...document.vault!, params: make(VaultParameters, {}) }
  return { ...document, vault }
}

/** Nodes of one network, up to the last block before the upgrade. */
function beforeUpgrade(name: string, ...options: readonly NodeOptions[]): readonly TestNode[] {
  const document = oldDocument()
  const nodes = options.map((own) => TestNode.begin({ document, ...own }))
  decideUpgrade(nodes, upgradeAt(EPOCH, name))
  runTo(nodes, HEIGHT - 1n)
  return nodes
}

/** A program from before the upgrade. */
const OLD: NodeOptions = { handlers: new Map() }
/** A program that has the upgrade's handler. */
const NEW: NodeOptions = { handlers, restarts: 'assumed' }
/** The new program as nodes run it: it waits for the restarts that it needs. */
const RESTARTED: NodeOptions = { handlers, restarts: 'awaited' }

function rootOf({ committed }: TestNode): string {
  return toHex(committed.rootHash)
}

function codesOf(results: readonly { readonly codespace: string; readonly code: number }[]) {
  return results.map(({ codespace, code }) => `${codespace}/${code}`)
}

/** Everything that can begin a block stops the node; nothing is changed by that. */
function checkStops(node: TestNode): void {
  const { application, height } = node
  const before = rootOf(node)
  const block = blockAt(height + 1n)
  assert.throws(() => propose(node), StopForUpgrade)
  assert.throws(() => application.processProposal(block, []), StopForUpgrade)
  assert.throws(() => application.beginBlock(block), StopForUpgrade)
  assert.equal(rootOf(node), before)
  assert.equal(toHex(node.store.tree.rootHash()), before)
  assert.equal(node.halts.length, 1, 'the shell is told once')
}

/** The services, and in which order they and a handler worked. */
function traced() {
  const order: string[] = []
  const tracing = services.map((service): Service => {
    const { name } = service
    return {
      ...service,
      beginBlock: (ctx) => {
        order.push(`${name} begins`)
        service.beginBlock?.(ctx)
      },
      endBlock: (ctx) => {
        order.push(`${name} ends`)
        return service.endBlock?.(ctx)
      },
    }
  })
  const handler = {
    needsRestart: false,
    beginBlock: () => order.push('upgrade begins'),
    endBlock: () => order.push('upgrade ends'),
  }
  const take = () => order.splice(0)
  return { take, options: { services: tracing, handlers: new Map([['traced', handler]]) } }
}

describe('the block of an upgrade', () => {
  it('begins with the upgrade before the services, and ends with it after them', () => {
    const { take, options } = traced()
    const [node] = beforeUpgrade('traced', options) as [TestNode]
    const names = services.map(({ name }) => name).toSorted()
    const ordinary = [
      ...names.map((name) => `${name} begins`),
      ...names.map((name) => `${name} ends`),
    ]
    const proposal = () => {
      take()
      const proposed = propose(node)
      const own = take()
      decide(node, proposed)
      assert.deepEqual(take(), own, 'a proposal runs as a decided block does')
      return own
    }
    assert.deepEqual(proposal(), ['upgrade begins', ...ordinary, 'upgrade ends'])
    assert.equal(node.height, HEIGHT)
    assert.deepEqual(proposal(), ordinary, 'once')
  })

  it('takes the upgrade out of the state; the node keeps it until the next block', () => {
    const [node] = beforeUpgrade('empty', NEW) as [TestNode]
    const isPending = () => [pendingUpgradesOf(node.committed.state).length, node.kept.length]
    assert.deepEqual(isPending(), [1, 1])
    node.application.checkUpgrade()
    runBlock([node])
    assert.deepEqual(isPending(), [0, 1])
    assert.equal(node.kept[0]!.upgradeHeight, HEIGHT - 1n)
    node.application.checkUpgrade()
    runBlock([node])
    assert.deepEqual(isPending(), [0, 0])
  })

  it('COMPAT: refuses no transaction for the mempool, neither before it nor after', () => {
    const [node] = beforeUpgrade('empty', NEW) as [TestNode]
    const check = () => {
      const raw = ownersCall(node, 'vault.Create', Create, vaultOfOwner)
      return codesOf([node.application.checkTx(raw)])
    }
    node.application.checkUpgrade()
    assert.deepEqual(check(), ['unknown/1'])
    runBlock([node])
    assert.deepEqual(check(), ['unknown/1'])
  })
})

describe('a program that cannot do an upgrade', () => {
  for (const name of NAMES) {
    it(`stops before ${name}, at whatever it is asked first`, () => {
      const [node] = beforeUpgrade(name, OLD) as [TestNode]
      checkStops(node)
      assert.equal(node.height, HEIGHT - 1n)
      const [halted] = node.halts
      assert.deepEqual([halted!.height, halted!.epoch], [HEIGHT - 1n, EPOCH])
      assert.ok(halted!.reason instanceof StopForUpgrade)
    })
  }

  it('stops after the commit already if it is asked, and whoever asks after it', () => {
    const [node] = beforeUpgrade('empty', OLD) as [TestNode]
    assert.throws(() => node.application.checkUpgrade(), StopForUpgrade)
    assert.equal(node.halts[0]!.height, HEIGHT - 1n)
    assert.equal(node.kept[0]!.upgradeHeight, HEIGHT - 1n)
    checkStops(node)
  })

  it('does not begin again, be it without the handler or for another version', () => {
    const [node] = beforeUpgrade('empty', OLD) as [TestNode]
    node.restart(OLD)
    assert.throws(() => node.application.checkUpgrade(), StopForUpgrade)
    const { consensusProtocol } = PROTOCOL_VERSIONS
    const { major } = consensusProtocol
    const versions = {
      ...PROTOCOL_VERSIONS,
      consensusProtocol: { ...consensusProtocol, major: major + 1 },
    }
    const wrong = { name: 'UnavailableError', reason: 'upgrade.wrongProgram' }
    assert.throws(() => node.restart(OLD), wrong)
    assert.throws(() => node.restart({ ...RESTARTED, versions }), wrong)
    runBlock([node.restart(RESTARTED)])
  })

  it('stops for other protocols, though it has the handler, and goes on with a program of those', () => {
    const { consensusProtocol } = PROTOCOL_VERSIONS
    const { major } = consensusProtocol
    const target = {
      ...PROTOCOL_VERSIONS,
      consensusProtocol: { ...consensusProtocol, major: major + 1 },
    }
    const node = TestNode.begin({ document: oldDocument(), handlers })
    decideUpgrade([node], { ...upgradeAt(EPOCH), target })
    runTo([node], HEIGHT - 1n)
    checkStops(node)
    assert.throws(() => node.restart(), { reason: 'upgrade.wrongProgram' })
    const next = node.restart({ versions: target })
    runBlock([next])
    assert.equal(next.height, HEIGHT)
  })

  it('is stopped by governance if nobody told the node’s upgrader', () => {
    const nothing = () => undefined
    const upgrader: Upgrader = {
      pending: [],
      submitDescriptor: nothing,
      cancelUpgrade: nothing,
      upgradeOf: nothing,
      hasPendingUpgradeAt: () => false,
      consensusUpgrade: nothing,
    }
    const [node] = beforeUpgrade('empty', { upgrader }) as [TestNode]
    node.application.checkUpgrade()
    checkStops(node)
    assert.deepEqual([node.halts[0]!.height, node.halts[0]!.epoch], [HEIGHT - 1n, EPOCH])
  })
})

describe('a node that was restarted for an upgrade', () => {
  for (const name of NAMES) {
    it(`goes on with ${name} at the same height, to the state of one that was not`, () => {
      const [steady, stopped] = beforeUpgrade(name, NEW, OLD) as [TestNode, TestNode]
      checkStops(stopped)
      const restarted = stopped.restart(RESTARTED)
      assert.equal(restarted.height, HEIGHT - 1n)
      assert.equal(rootOf(restarted), rootOf(steady))
      const nodes = [steady, restarted]
      while (steady.height < HEIGHT + 2n * EPOCH_BLOCKS) {
        const before = rootOf(steady)
        const results = runBlock(nodes, [ownersCall(steady, 'vault.Create', Create, vaultOfOwner)])
        assert.equal(results.length, 2)
        assert.equal(rootOf(restarted), rootOf(steady), `block ${steady.height}`)
        assert.notEqual(rootOf(steady), before)
      }
      assert.deepEqual([steady.kept, restarted.kept], [[], []])
      assert.equal(epochOf(restarted.committed.state), EPOCH + 2n)
    })

    it(`goes on after ${name} if it is restarted in the middle of it`, () => {
      const [steady, node] = beforeUpgrade(name, NEW, NEW) as [TestNode, TestNode]
      runBlock([steady, node])
      const restarted = node.restart(RESTARTED)
      assert.equal(restarted.kept.length, 1)
      runBlock([steady, restarted])
      assert.equal(rootOf(restarted), rootOf(steady))
      assert.deepEqual(restarted.kept, [])
    })
  }

  it('learns of what is to come from the state, though it has forgotten it', () => {
    const [steady, node] = beforeUpgrade('consensus240', NEW, NEW) as [TestNode, TestNode]
    const forgetful = node.restart({ ...NEW, pending: [] })
    assert.equal(forgetful.kept.length, 1)
    runBlock([steady, forgetful])
    assert.equal(rootOf(forgetful), rootOf(steady))
  })
})

/** A vault that its owner decides about. */
const vaultOfOwner: Create = {
  adminAuthority: { addresses: [owner], threshold: 1 },
  suspendAuthority: { addresses: [owner], threshold: 1 },
}

/** A transaction of so many bytes. Nobody knows its method. */
function transactionOf(size: number): Uint8Array {
  const filled = (room: number) =>
    signedCall({ method: 'test.Unknown', body: encode(text, 'x'.repeat(room)) })
  const rest = size - filled(size - 500).length
  const raw = filled(size - 500 + rest)
  assert.equal(raw.length, size)
  return raw
}

describe('what an upgrade changes', () => {
  const run = (node: TestNode, raw: Uint8Array) => codesOf(runBlock([node], [raw]))[0]

  it('of the size of transactions holds from the next block on, also if the node restarts', () => {
    const [node] = beforeUpgrade('__e2e-test-valid', NEW) as [TestNode]
    const raw = transactionOf(32_769)
    const check = (of: TestNode) => codesOf([of.application.checkTx(raw)])
    assert.equal(run(node, raw), 'consensus/2', 'in the block of the upgrade')
    const restarted = node.restart(RESTARTED)
    for (const each of [node, restarted]) {
      assert.deepEqual(check(each), ['unknown/1'])
      assert.equal(run(each, raw), 'unknown/1')
      assert.equal(run(each, transactionOf(32_770)), 'consensus/2')
    }
  })

  it('with consensus240 are limits of blocks, and a vault, from the next block on', () => {
    const [node] = beforeUpgrade('consensus240', NEW) as [TestNode]
    const create = () => ownersCall(node, 'vault.Create', Create, vaultOfOwner)
    const large = transactionOf(100_000)
    const results = runBlock([node], [create(), large])
    assert.deepEqual(codesOf(results), ['unknown/1', 'consensus/2', '/0'])
    assert.deepEqual(codesOf(runBlock([node], [create(), large])), ['/0', 'unknown/1', '/0'])
    const [first] = runBlock([node], [create()])
    assert.deepEqual([first!.gasUsed, first!.gasWanted], [10_000n, 1_000_000n])
  })

  it('with consensus261 are the rules of 26.1, from the next block on', () => {
    const [node] = beforeUpgrade('consensus261', NEW) as [TestNode]
    const roles = ROLES.validator | ROLES.observer
    const body = encode(
      MultiSignedNode,
      signedNode(validatorSigners, { roles, expiration: 10_000n }),
    )
    const registration = (nonce: bigint) =>
      signedCall({ nonce, method: 'registry.RegisterNode', body }, validatorSigners.id)
    assert.equal(hasFeature261(node.committed.state), false)
    assert.equal(run(node, registration(0n)), '/0')
    assert.equal(hasFeature261(node.committed.state), true)
    assert.equal(run(node, registration(1n)), 'registry/1')
  })
})

describe('a node that its operator halts', () => {
  const begin = (halt: NonNullable<NodeOptions['halt']>) => {
    const node = TestNode.begin({ halt })
    const other = TestNode.begin()
    return { node, other }
  }

  it('begins no block from the height on, and was not stopped by the commit before', () => {
    const { node, other } = begin({ height: 8n })
    runTo([other, node], 7n)
    node.application.checkUpgrade()
    checkStops(node)
    assert.deepEqual([node.halts[0]!.height, node.halts[0]!.epoch], [7n, 2n])
    const resumed = node.restart({ halt: {} })
    runBlock([other, resumed])
    assert.equal(rootOf(resumed), rootOf(other))
  })

  it('stops at once if it has come further than that', () => {
    const { node, other } = begin({})
    runTo([other, node], 7n)
    const late = node.restart({ halt: { height: 7n } })
    assert.throws(() => late.application.checkUpgrade(), StopForUpgrade)
    checkStops(late)
  })

  it('begins no block of the epoch, and knows so after the commit before', () => {
    const { node, other } = begin({ epoch: 3n })
    runTo([other, node], 7n)
    node.application.checkUpgrade()
    runTo([other, node], 8n)
    assert.throws(() => node.application.checkUpgrade(), StopForUpgrade)
    assert.deepEqual([node.halts[0]!.height, node.halts[0]!.epoch], [8n, 3n])
    checkStops(node)
  })
})
