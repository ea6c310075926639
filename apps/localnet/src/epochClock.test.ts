import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NetworkNode } from './createNetwork.ts'
import { startEpochClock } from './epochClock.ts'

const EPOCH_BLOCKS = 12
const TERMS = { epochBlocks: EPOCH_BLOCKS, paratimes: [], computeNodes: 0, keyManagers: 0 }
const FIRST_EPOCH = 1n
/** An epoch begins so many blocks after somebody has asked for it. */
const BEGINS_AFTER = 2n

/** A chain that makes blocks while anybody waits for one; who is late finds them queued up. */
class Chain {
  /** The first block of each epoch. */
  readonly begun: bigint[] = [1n]
  height = 1n
  readonly #isOver: () => void

  constructor(isOver: () => void) {
    this.#isOver = isOver
  }

  epochAt(height: bigint): bigint {
    const at = height === 0n ? this.height : height
    return FIRST_EPOCH + BigInt(this.begun.filter((first) => first <= at).length) - 1n
  }

  begin(epoch: bigint): void {
    if (epoch === FIRST_EPOCH + BigInt(this.begun.length))
      this.begun.push(this.height + BEGINS_AFTER)
  }

  async *watch(heightMax: bigint, signal?: AbortSignal) {
    for (let height = this.height; signal?.aborted !== true; height++) {
      if (height > this.height) this.height = height
      if (height > heightMax) {
        this.#isOver()
        return
      }
      yield { height }
    }
  }

  node(heightMax: bigint): NetworkNode {
    const client = {
      beacon: {
        getEpoch: async (height: bigint) => this.epochAt(height),
        getEpochBlock: async (epoch: bigint) => this.begun[Number(epoch - FIRST_EPOCH)],
      },
      consensus: {
        watchBlocks: (_: undefined, { signal }: { signal?: AbortSignal } = {}) =>
          this.watch(heightMax, signal),
      },
      registry: { getNodes: async () => [{ expiration: 2n ** 40n }] },
      nodeController: { waitSync: () => new Promise(() => undefined) },
    }
    const debug = { debugController: { setEpoch: async (epoch: bigint) => this.begin(epoch) } }
    return { client, debug } as unknown as NetworkNode
  }
}

describe('the clock of epochs', () => {
  it('begins one after every so many blocks, whatever was made while it waited', async () => {
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const chain = new Chain(resolve)
    const clock = startEpochClock(chain.node(200n), TERMS)
    await over
    clock.stop()
    const lengths = chain.begun.slice(1).map((first, i) => Number(first - chain.begun[i]!))
    assert.ok(lengths.length >= 10, `${chain.begun}`)
    for (const length of lengths) {
      assert.ok(length >= EPOCH_BLOCKS && length <= EPOCH_BLOCKS + 3, `${chain.begun}`)
    }
  })
})
