/** A node that registers itself with the rules of the real registry, through its own calls. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { FakeClock } from '@wadi/base/clock'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { SeededRandom } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Node } from '@wadi/primitives/node'
import { parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { askMethods } from '@wadi/registration/chain'
import { createRegistration } from '@wadi/registration/registration'
import { Submitter } from '@wadi/registration/submitter'
import { createNetworkGenesis, type NetworkGenesis } from './networkGenesis.ts'
import { OwnChain } from './testing/ownChain.ts'

/** Two entities with a node each, of which only the first is registered from the beginning. */
function networkOfOne(): { readonly network: NetworkGenesis; readonly whole: NetworkGenesis } {
  const change = (document: GenesisDocument): GenesisDocument => {
    const { registry } = document
    return { ...document, registry: { ...registry, nodes: registry.nodes.slice(0, 1) } }
  }
  const whole = createNetworkGenesis({ validators: 2, beacon: 'mock', change })
  return { network: { ...whole, validators: whole.validators.slice(0, 1) }, whole }
}

/** The second entity's node, which is to register itself. */
function newcomer(chain: OwnChain, { validators, chainContext }: NetworkGenesis) {
  const keys = validators[1]!
  const { node, p2p, consensus, vrf, tls } = keys
  const clock = new FakeClock(Date.UTC(2026, 0, 1))
  const timers: Timers = {
    after: (_, run) => {
      setImmediate(run)
      return { cancel: () => undefined }
    },
  }
  const random = new SeededRandom(1n)
  const log = createLogger('registration', SILENT)
  const world = { clock, timers, random, files: new MemoryFiles(), log }
  const ask = askMethods(chain.api.methods)
  const config = { gasPrice: 0n, maxFee: 0n }
  const left: bigint[] = []
  const fatal: unknown[] = []
  const address = parseNodeAddress('127.0.0.1:26657')
  const registration = createRegistration({
    ask,
    submitter: new Submitter({ ask, chainContext, config, world }),
    world: { ...world, metrics: new MetricsRegistry() },
    dataDir: 'newcomer',
    signers: {
      node: node.signer,
      p2p: p2p.signer,
      consensus: consensus.signer,
      vrf: vrf.signer,
      tls: tls.signer,
    },
    owner: keys.entity.publicKey,
    softwareVersion: '26.1',
    isValidator: true,
    places: {
      consensus: async () => [{ id: p2p.publicKey, address }],
      p2p: () => [address],
    },
    onLeft: () => left.push(chain.height),
    onFatal: (error) => fatal.push(error),
  })
  return { registration, keys, left, fatal }
}

describe('a node that registers itself', () => {
  const { network, whole } = networkOfOne()
  const chain = new OwnChain(network)
  const { registration, keys, left, fatal } = newcomer(chain, whole)

  const pass = async (blocks = 1) => {
    for (let i = 0; i < blocks; i++) {
      await chain.pass()
      registration.applied(chain.height)
      await chain.settle()
    }
  }
  const setEpoch = async (epoch: Epoch) => {
    const done = chain.api.debugMethods['DebugController/SetEpoch']!.answer(epoch, {})
    await pass(3)
    await done
  }
  const registered = (): readonly Node[] =>
    chain.api.methods['Registry/GetNodes']!.answer(0n, {}) as readonly Node[]
  const own = () => registered().find(({ id }) => toHex(id) === toHex(keys.node.publicKey))

  it('is taken in by the registry as soon as it has caught up', async () => {
    registration.start()
    await pass(2)
    assert.equal(registered().length, 1)
    chain.isSynced = true
    await pass(3)
    assert.equal(registered().length, 2)
    assert.equal(own()?.roles, ROLES.validator)
    assert.equal(own()?.expiration, 2n)
    assert.deepEqual(registration.status().descriptor, own())
    assert.ok(registration.status().lastAttemptSuccessful)
    assert.equal(registration.status().nodeStatus?.expirationProcessed, false)
  })

  it('is elected, and stays because it renews in every epoch', async () => {
    const elected: string[] = []
    for (let epoch = 1n; epoch <= 4n; epoch++) {
      const done = chain.api.debugMethods['DebugController/SetEpoch']!.answer(epoch, {})
      for (let i = 0; i < 3; i++) {
        await pass()
        elected.push(
          ...chain.updates.map(({ publicKey, power }) => `${toHex(publicKey)} ${power > 0n}`),
        )
      }
      await done
      assert.equal(own()?.expiration, epoch + 2n)
    }
    assert.ok(elected.includes(`${toHex(keys.consensus.publicKey)} true`))
    assert.ok(!elected.includes(`${toHex(keys.consensus.publicKey)} false`))
  })

  it('leaves when it is asked to, and ends when the registry has it no more', async () => {
    const done = registration.requestShutdown()
    for (const epoch of [5n, 6n]) {
      await setEpoch(epoch)
      assert.equal(own()?.expiration, 6n)
      assert.deepEqual(left, [])
    }
    await setEpoch(7n)
    await done
    assert.equal(own(), undefined)
    assert.equal(left.length, 1)
    await setEpoch(8n)
    assert.equal(registered().length, 1)
    registration.stop()
    assert.deepEqual(fatal, [])
  })
})
