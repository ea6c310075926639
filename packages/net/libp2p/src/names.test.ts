import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { Namespace } from '@wadi/primitives/namespace'
import { Node, NodeRuntime } from '@wadi/primitives/node'
import { parseRoles } from '@wadi/primitives/nodeRoles'
import {
  BOOTSTRAP_PROTOCOL,
  LIGHT_SERVICE,
  offerOf,
  protocolOf,
  RUNTIME_SERVICES,
  runtimeProtocolOf,
  topicOf,
} from './names.ts'

const CHAIN = 'c5'.repeat(32)
const RUNTIME = Namespace.check(Uint8Array.from({ length: 32 }, (_, i) => (i < 8 ? 0 : 0x8a)))
const ID = '00'.repeat(8) + '8a'.repeat(24)

describe('names', () => {
  it('are those of the reference, with majors only', () => {
    assert.equal(topicOf(CHAIN, 'committee', RUNTIME), `oasis/${CHAIN}/committee/${ID}/5.0.0`)
    assert.equal(topicOf(CHAIN, 'tx', RUNTIME), `oasis/${CHAIN}/tx/${ID}/5.0.0`)
    assert.equal(protocolOf(CHAIN, LIGHT_SERVICE), `/oasis/${CHAIN}/light/1.0.0`)
    assert.equal(BOOTSTRAP_PROTOCOL, '/oasis/bootstrap/1.0.0')
    const protocols = Object.values(RUNTIME_SERVICES).map((service) =>
      runtimeProtocolOf(CHAIN, service, RUNTIME),
    )
    assert.deepEqual(protocols, [
      `/oasis/${CHAIN}/txsync/${ID}/2.0.0`,
      `/oasis/${CHAIN}/diffsync/${ID}/1.0.0`,
      `/oasis/${CHAIN}/checkpointsync/${ID}/1.0.0`,
      `/oasis/${CHAIN}/storagesync/${ID}/2.0.0`,
      `/oasis/${CHAIN}/storagepub/${ID}/2.0.0`,
      `/oasis/${CHAIN}/keymanager/${ID}/2.0.0`,
    ])
  })

  it('that a node offers follow from its roles and runtimes', () => {
    const offered = (roles: string) => {
      const runtimes = [make(NodeRuntime, { id: RUNTIME }), undefined]
      const { protocols, topics } = offerOf(
        make(Node, { roles: parseRoles(roles), runtimes }),
        CHAIN,
      )
      return [...protocols, ...topics].map((name) =>
        name.split('/').find((part) => /^[a-z]{2,}$/.test(part) && part !== 'oasis'),
      )
    }
    assert.deepEqual(offered('validator'), ['light'])
    assert.deepEqual(offered('key-manager'), ['light', 'keymanager'])
    assert.deepEqual(offered('observer'), ['light', 'diffsync', 'checkpointsync', 'storagesync'])
    assert.deepEqual(offered('storage-rpc').at(-1), 'storagepub')
    const compute = [
      'light',
      'txsync',
      'diffsync',
      'checkpointsync',
      'storagesync',
      'committee',
      'tx',
    ]
    assert.deepEqual(offered('compute'), compute)
  })
})
