import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import { decode } from '@wadi/cbor/codec'
import { entitySigner, keyOf } from '@wadi/consensus-services/testing/registry'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { loadOrCreateNodeIdentity } from '@wadi/node-crypto/keys/nodeIdentity'
import { openMultiSigned } from '@wadi/primitives/envelope'
import { testNamespace } from '@wadi/primitives/namespace'
import { Node } from '@wadi/primitives/node'
import { parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { anyChainSignatures } from '../genesis/genesisFile.ts'
import { scratchFolder } from '../testing/scratch.ts'
import { describeNode, type NodeDescription, signNode } from './nodeRegistration.ts'

const random = new SeededRandom(1n)
const identity = loadOrCreateNodeIdentity({ dataDir: scratchFolder(), random, nowMs: 0 })
const { node, p2p, consensus, vrf, tls } = identity
const at = parseNodeAddress('127.0.0.1:20002')
const description: NodeDescription = {
  entityId: keyOf(entitySigner('alice')),
  expiration: 1n,
  roles: ROLES.validator,
  runtimes: [],
  p2pAddresses: [parseNodeAddress('127.0.0.1:20003')],
  consensusAddresses: [at],
  softwareVersion: '26.1.0',
}

describe("a node's descriptor", () => {
  it('names the five keys of its identity, and is signed by them in that order', () => {
    const signed = signNode(identity, describeNode(identity, description))
    const context = contextOf(contexts.registerNode)
    const opened = openMultiSigned(anyChainSignatures('forbidden'), context, Node, signed)
    const keys = [node, p2p, consensus, vrf, tls.key].map(({ publicKey }) => publicKey)
    assert.deepEqual(
      opened.signers.map((key) => new Uint8Array(key)),
      keys,
    )
    const { value } = opened
    assert.deepEqual(
      [value.id, value.p2p.id, value.consensus.id, value.vrf.id, value.tls.pubKey],
      keys.map((key) => PublicKey.check(key)),
    )
  })

  it('says by which key validators know an address: its own, unless told another', () => {
    const id = keyOf(entitySigner('somebody'))
    const consensusAddresses = [at, { id, address: at }]
    const { consensus: said } = describeNode(identity, { ...description, consensusAddresses })
    assert.deepEqual(said.addresses, [
      { id: PublicKey.check(p2p.publicKey), address: at },
      { id, address: at },
    ])
  })

  it('says null where it has nothing to list, as the reference does', () => {
    const quiet = describeNode(identity, { ...description, consensusAddresses: [] })
    assert.deepEqual([quiet.consensus.addresses, quiet.runtimes], [undefined, undefined])
    const id = testNamespace(Uint8Array.of(1))
    const busy = describeNode(identity, { ...description, runtimes: [id] })
    assert.deepEqual(
      busy.runtimes?.map((runtime) => runtime?.id),
      [id],
    )
    const signed = signNode(identity, busy)
    assert.deepEqual(decode(Node, signed.untrustedRawValue), busy)
  })
})
