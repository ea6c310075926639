import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { zero } from '@wadi/cbor/codec'
import { Block } from '@wadi/consensus/consensus/block'
import type { LightNode } from '@wadi/sdk/light-node'
import { BlockFollower } from './blockFollower.ts'

const turn = () => new Promise(setImmediate)
const hash = new Uint8Array(32)

/** A light node of which every other stream breaks off after some blocks. */
function scene(
  blocks: readonly bigint[],
  end: 'breaks-off' | 'is-silent' = 'breaks-off',
  failing: readonly number[] = [1],
) {
  const saved: bigint[] = []
  const time = new VirtualTime()
  let last = 0n
  let asked = 0
  const at = (height: bigint) => {
    last = height
    return { ...zero(Block), height }
  }
  const consensus = {
    async getBlock() {
      asked++
      if (failing.includes(asked)) throw new UnavailableError('x', 'nobody is here')
      return at(1n)
    },
    async *watchBlocks(_: undefined, { signal }: { readonly signal: AbortSignal }) {
      for (const height of blocks) yield at(height)
      if (end === 'is-silent')
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve)
        })
      throw new UnavailableError('x', 'gone')
    },
  }
  const light = {
    client: { consensus },
    get trusted() {
      return { height: last, hash }
    },
  } as unknown as LightNode
  const file = {
    load: () => undefined,
    save: ({ height }: { readonly height: bigint }) => void saved.push(height),
  }
  const log = createLogger('test', SILENT)
  const follower = new BlockFollower({ light, file, timers: time, log })
  return { follower, time, saved, asked: () => asked }
}

describe('following a chain by its headers', () => {
  it('is tried again until somebody answers, and goes on when a stream breaks off', async () => {
    const { follower, time, asked } = scene([2n, 3n])
    follower.start()
    await turn()
    assert.deepEqual([follower.latest], [undefined])
    time.advance(1_000)
    await follower.synced
    await turn()
    assert.equal(follower.latest?.height, 3n)
    time.advance(1_000)
    assert.equal(asked(), 3)
    follower.stop()
    await turn()
    assert.equal(time.pending, 0)
  })

  it('is not done while nobody answers, whatever was known before', async () => {
    const { follower, time, asked } = scene([2n, 3n], 'breaks-off', [1, 3, 4])
    const again = async () => {
      time.advance(1_000)
      await turn()
      return [asked(), follower.isFollowing]
    }
    follower.start()
    await turn()
    assert.equal(follower.isFollowing, false)
    const first = follower.synced
    assert.deepEqual(await again(), [2, true])
    await first
    // A stream may break off: that nobody is there is known when nobody answers.
    assert.deepEqual(await again(), [3, false])
    assert.equal(follower.latest?.height, 3n)
    let isSynced = false
    const second = follower.synced.then(() => {
      isSynced = true
    })
    assert.deepEqual(await again(), [4, false])
    assert.equal(isSynced, false)
    assert.deepEqual(await again(), [5, true])
    await second
    follower.stop()
  })

  it('is begun again when nothing is told for a minute', async () => {
    const { follower, time, asked } = scene([2n], 'is-silent')
    follower.start()
    await turn()
    time.advance(1_000)
    await follower.synced
    await turn()
    time.advance(59_999)
    await turn()
    assert.equal(asked(), 2)
    time.advance(1)
    await turn()
    time.advance(1_000)
    assert.equal(asked(), 3)
    follower.stop()
  })

  it('writes down what is trusted now and then, and at the end', async () => {
    const { follower, time, saved } = scene([50n, 100n, 199n, 200n])
    follower.start()
    await turn()
    time.advance(1_000)
    await follower.synced
    await turn()
    assert.deepEqual(saved, [100n, 200n])
    follower.stop()
    assert.deepEqual(saved, [100n, 200n, 200n])
  })
})
