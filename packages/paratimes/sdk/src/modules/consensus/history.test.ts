import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { currentEpoch, futureEpoch } from '@wadi/consensus/beacon/keys'
import { RoundResults } from '@wadi/consensus/roothash'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { proveGet } from '@wadi/mkvs/syncer'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { Namespace } from '@wadi/primitives/namespace'
import type { AskHost } from '@wadi/runtime-protocol/runtime'
import { Frame } from '../../frame/frame.ts'
import { EPOCH_WALK_MAX } from '../../limits.ts'
import { storeOf } from '../../state/overlay.ts'
import { TestChain, testParatime } from '../../testing/testParatime.ts'
import { heightOfEpoch } from './history.ts'

const arena = new Arena()
const BLOCKS = 10n

/** The state while an epoch lasts that began at ten times its number. */
function stateIn(epoch: bigint): Tree {
  const tree = createTree(arena, { namespace: Namespace.zero, type: ROOT_TYPE_STATE })
  const now = { epoch, height: epoch * BLOCKS } as never
  tree.insert(currentEpoch.keys.encode(), currentEpoch.value.encode(now))
  const next = { epoch: epoch + 1n, height: (epoch + 1n) * BLOCKS } as never
  tree.insert(futureEpoch.keys.encode(), futureEpoch.value.encode(next))
  return tree
}

function varint(value: bigint): readonly number[] {
  return value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)]
}

/** A light block: the hash of a state, one validator, and little else. */
function lightBlock(height: bigint, appHash: Uint8Array): Uint8Array {
  const field = (tag: number, body: readonly number[]) => [
    tag,
    ...varint(BigInt(body.length)),
    ...body,
  ]
  const header = [0x18, ...varint(height), 0x5a, 32, ...appHash]
  const key = field(0x0a, [...new Uint8Array(32)])
  const address = [...sha256(new Uint8Array(32)).subarray(0, 20)]
  const validator = [...field(0x0a, address), ...field(0x12, key), 0x18, 1]
  const set = [...field(0x0a, validator), ...field(0x12, validator), 0x18, 1]
  return Uint8Array.from([...field(0x0a, [...field(0x0a, header), 0x12, 0]), ...field(0x12, set)])
}

/** A host that knows the block that began each epoch, and the state before it. */
function hostOf(change: (hash: Uint8Array) => Uint8Array = (hash) => hash): AskHost {
  const trees = new Map<string, Tree>()
  return ((request: Parameters<AskHost>[0]) => {
    if (request.kind === 'HostFetchConsensusBlockRequest') {
      const { height } = request.body as { readonly height: bigint }
      const tree = stateIn(height / BLOCKS - 1n)
      const { root } = tree.commit({ version: height - 1n, baseAddress: 1 })
      trees.set(`${height - 1n}`, tree)
      return { body: { block: { height, meta: lightBlock(height, change(root.hash)) } } }
    }
    assert.equal(request.kind, 'HostStorageSyncRequest')
    const { syncGet } = request.body as { readonly syncGet: Parameters<typeof proveGet>[1] }
    const tree = trees.get(`${syncGet.tree.root.version}`)!
    const root = { ...syncGet.tree.root, hash: tree.root.hash, namespace: tree.root.namespace }
    const proof = proveGet(tree, { ...syncGet, tree: { root, position: tree.root.hash } } as never)
    return { body: { proofResponse: { proof } } }
  }) as never
}

/** At two blocks after the beginning of an epoch. */
function frameIn(epoch: bigint, ask: AskHost, consensusHeight = epoch * BLOCKS + 2n): Frame {
  const context = { ...new TestChain().context, consensus: stateIn(epoch), consensusHeight, ask }
  return new Frame({
    paratime: testParatime,
    context,
    roundResults: make(RoundResults, {}),
    mode: 'execute',
    store: storeOf(stateIn(1n)),
  })
}

describe('heights of epochs', () => {
  it('are found in the state, for this epoch and for one that the last block began', () => {
    const frame = frameIn(7n, hostOf())
    assert.equal(heightOfEpoch(frame, 7n), 70n)
    assert.throws(() => heightOfEpoch(frame, 8n), { reason: 'paratimeHistory.noEpoch' })
    assert.equal(heightOfEpoch(frameIn(7n, hostOf(), 80n), 8n), 80n)
  })

  it('of earlier epochs are proven by the host', () => {
    assert.equal(heightOfEpoch(frameIn(7n, hostOf()), 4n), 40n)
  })

  it('are not believed without a proof', () => {
    const lies = hostOf((hash) => hash.map((byte) => byte ^ 1))
    assert.throws(() => heightOfEpoch(frameIn(7n, lies), 6n), { name: 'CodedError' })
    const other = hostOf()
    const shifted = ((request: Parameters<AskHost>[0]) => {
      const { height } = request.body as { readonly height: bigint }
      return (other as (r: unknown) => unknown)({ ...request, body: { height: height - BLOCKS } })
    }) as never
    assert.throws(() => heightOfEpoch(frameIn(7n, shifted), 6n), {
      reason: 'paratimeHistory.noAnswer',
    })
  })

  it('are looked for through so many epochs, and not one more', () => {
    const last = BigInt(EPOCH_WALK_MAX) + 5n
    const frame = frameIn(last, hostOf())
    assert.equal(heightOfEpoch(frame, 5n), 50n)
    assert.throws(() => heightOfEpoch(frame, 4n), { reason: 'paratimeHistory.tooLongAgo' })
  })
})
