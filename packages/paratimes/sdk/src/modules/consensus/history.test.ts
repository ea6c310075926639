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
import fc from 'fast-check'
import { Frame } from '../../frame/frame.ts'
import { EPOCH_GUESSES_MAX } from '../../limits.ts'
import { storeOf } from '../../state/overlay.ts'
import { TestChain, testParatime } from '../../testing/testParatime.ts'
import { heightOfEpoch } from './history.ts'

const arena = new Arena()
const BLOCKS = 10n

/** The epoch after a block, and when it began; undefined before the first. */
type EpochAfter = (
  height: bigint,
) => { readonly epoch: bigint; readonly height: bigint } | undefined

/** Each epoch begins at ten times its number. */
const regular: EpochAfter = (height) => ({
  epoch: height / BLOCKS,
  height: height - (height % BLOCKS),
})

/** Epochs, the earliest first, that begin at these heights. */
const beginningAt =
  (...heights: bigint[]): EpochAfter =>
  (height) => {
    const index = heights.findLastIndex((begin) => begin <= height)
    return index < 0 ? undefined : { epoch: BigInt(index), height: heights[index]! }
  }

/** The state after a block. */
function stateAfter(height: bigint, epochAfter = regular): Tree {
  const tree = createTree(arena, { namespace: Namespace.zero, type: ROOT_TYPE_STATE })
  const now = epochAfter(height)
  if (now === undefined) return tree
  tree.insert(currentEpoch.keys.encode(), currentEpoch.value.encode(now as never))
  return tree
}

/** The state while an epoch lasts of which it is known when it ends. */
function stateIn(epoch: bigint): Tree {
  const tree = stateAfter(epoch * BLOCKS)
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

/** What a host is about. */
interface HostOptions {
  readonly epochAfter?: EpochAfter
  readonly genesisHeight?: bigint
  /** What it says instead of the hash of a state. */
  readonly change?: (hash: Uint8Array) => Uint8Array
  /** Is told the heights of the blocks that it is asked for. */
  readonly onBlock?: (height: bigint) => void
}

/** A host that knows each block since the first one, and the state before it. */
function hostOf({
  epochAfter = regular,
  genesisHeight = 1n,
  change = (hash) => hash,
  onBlock,
}: HostOptions = {}): AskHost {
  const trees = new Map<string, Tree>()
  return ((request: Parameters<AskHost>[0]) => {
    if (request.kind === 'HostFetchGenesisHeightRequest') return { body: { height: genesisHeight } }
    if (request.kind === 'HostFetchConsensusBlockRequest') {
      const { height } = request.body as { readonly height: bigint }
      assert.ok(height > genesisHeight, `the state before block ${height} is nowhere`)
      onBlock?.(height)
      const tree = stateAfter(height - 1n, epochAfter)
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

/** Two blocks after the beginning of an epoch, unless height and state are given. */
function frameIn(
  epoch: bigint,
  ask: AskHost,
  consensusHeight = epoch * BLOCKS + 2n,
  consensus = stateIn(epoch),
): Frame {
  const context = { ...new TestChain().context, consensus, consensusHeight, ask }
  return new Frame({
    paratime: testParatime,
    context,
    roundResults: make(RoundResults, {}),
    mode: 'execute',
    store: storeOf(stateIn(1n)),
  })
}

/** The height of an epoch on any chain, and the blocks that the host was asked for. */
function find(epoch: bigint, at: bigint, { genesisHeight = 1n, ...options }: HostOptions) {
  const asked: bigint[] = []
  const ask = hostOf({ ...options, genesisHeight, onBlock: (height) => void asked.push(height) })
  const state = stateAfter(at - 1n, options.epochAfter)
  try {
    return { height: heightOfEpoch(frameIn(0n, ask, at, state), epoch), asked }
  } catch (error) {
    return { error: error as Error, asked }
  }
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
    const lies = hostOf({ change: (hash) => hash.map((byte) => byte ^ 1) })
    assert.throws(() => heightOfEpoch(frameIn(7n, lies), 6n), { name: 'CodedError' })
    const other = hostOf()
    const shifted = ((request: Parameters<AskHost>[0]) => {
      if (request.kind !== 'HostFetchConsensusBlockRequest') return other(request)
      const { height } = request.body as { readonly height: bigint }
      return (other as (r: unknown) => unknown)({ ...request, body: { height: height - BLOCKS } })
    }) as never
    assert.throws(() => heightOfEpoch(frameIn(7n, shifted), 6n), {
      reason: 'paratimeHistory.noAnswer',
    })
  })

  it('are not looked for for ever where a state tells of an epoch to come', () => {
    for (const wrong of [
      { epoch: 6n, height: 69n + 1n },
      { epoch: 7n, height: 60n },
    ]) {
      const { error } = find(5n, 72n, {
        epochAfter: (height) => (height >= 70n ? regular(height) : wrong),
      })
      assert.match(String(error), /the host does not prove what was asked for/u)
    }
  })

  it('are found however long ago the epoch was, with two blocks if all were as long', () => {
    const last = 1_000_000n
    for (const epoch of [5n, 999_990n, last - 1n]) {
      const { height, asked } = find(epoch, last * BLOCKS + 2n, {})
      assert.equal(height, epoch * BLOCKS)
      assert.ok(asked.length <= 2, asked.join())
      // Who prunes may not have a block that is older than what is looked for.
      assert.ok(asked.every((block) => block > height!))
    }
  })

  it('are found in epochs of any length, with few blocks', () => {
    const heights = fc.uniqueArray(fc.bigInt({ min: 2n, max: 2n ** 40n }), {
      minLength: 1,
      maxLength: 200,
    })
    fc.assert(
      fc.property(heights, fc.nat(), (unordered, any) => {
        const begins = [1n, ...unordered].sort((a, b) => (a < b ? -1 : 1))
        const epoch = any % begins.length
        const epochAfter = beginningAt(...begins)
        const { height, asked } = find(BigInt(epoch), begins.at(-1)! + 5n, { epochAfter })
        assert.equal(height, begins[epoch])
        assert.ok(asked.length <= EPOCH_GUESSES_MAX + 40, `${asked.length}`)
      }),
    )
  })

  it('are guessed so many times, and halved from then on', () => {
    // Each epoch is a third shorter than the one before, so guesses come too late every time.
    const begins = [1n]
    for (let length = 2n ** 60n; length > 0n; length = (length * 2n) / 3n)
      begins.push(begins.at(-1)! + length)
    const { height, asked } = find(1n, begins.at(-1)! + 5n, { epochAfter: beginningAt(...begins) })
    assert.equal(height, begins[1])
    const middleOf = (block: bigint) => (1n + beginOf(block)) / 2n + 1n
    const beginOf = (block: bigint) => beginningAt(...begins)(block - 1n)!.height
    const guessed = asked.findIndex((block, i) => i > 0 && block === middleOf(asked[i - 1]!))
    assert.equal(guessed, EPOCH_GUESSES_MAX)
  })

  it('are looked for where the chain begins, and not before', () => {
    const genesisHeight = 5_000_003n
    const options = {
      genesisHeight,
      epochAfter: beginningAt(genesisHeight, 5_000_900n, 5_000_910n),
    }
    assert.equal(find(0n, 5_000_912n, options).height, genesisHeight)
    const noEpoch = { ...options, epochAfter: regular }
    const { error } = find(3n, 5_000_912n, noEpoch)
    assert.match(String(error), /no epoch of that number has begun: 3/u)
    const late = { genesisHeight: 1n, epochAfter: beginningAt(500n, 600n) }
    assert.equal(find(0n, 612n, late).height, 500n)
  })
})
