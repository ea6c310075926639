import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { currentEpoch } from '@wadi/consensus/beacon/keys'
import type { ApiView } from '@wadi/consensus-services/kernel/api'
import { read } from '@wadi/consensus-services/kernel/state'
import { ARENA_BYTES_MIN } from '@wadi/mkvs/limits'
import {
  type EpochChain,
  type EpochChainOptions,
  epochChain,
  LARGE_KEY,
} from '../compliance/epochChain.ts'
import { hastyTimers } from '../compliance/lightNodes.ts'
import { nodeCalls, nodeStreams } from '../nodeTables.ts'
import { createTableClient } from '../tableClient.ts'
import { LightAnswers } from './lightAnswers.ts'
import { lightDesk } from './lightDesk.ts'
import { FACTS_MAX, HEIGHTS_BACK_MAX, STATES_MAX } from './limits.ts'
import { ProvenStates } from './provenStates.ts'
import { Providers } from './providers.ts'

const LONG = { last: 1_000_000n, interval: 600n, oldest: 900_001n } as const

function scene(options: EpochChainOptions, memoryBytesMax?: number) {
  const chain = epochChain(options)
  const providers = new Providers([chain.transport, chain.transport])
  const answers = new LightAnswers(chain.facts, new ProvenStates(providers, memoryBytesMax))
  const desk = lightDesk({ answers, providers, timers: hastyTimers })
  return { chain, answers, ...createTableClient(desk, nodeCalls, nodeStreams) }
}

/** Reads something of so many states, beginning with one, in one look. */
function readStates(
  { chain, answers }: { readonly chain: EpochChain; readonly answers: LightAnswers },
  count: number,
  { first = 950_000n, read: readState = readEpoch } = {},
) {
  const before = chain.asked
  return answers
    .look(LONG.last, (view) => {
      for (let i = 0; i < count; i++) readState(view, first + BigInt(i))
      return 'all'
    })
    .then((result) => ({ result, asked: chain.asked - before }))
}

function readEpoch(view: ApiView, height: bigint): void {
  assert.notEqual(read(view.stateAt(height), currentEpoch), undefined)
}

function readLarge(view: ApiView, height: bigint): void {
  // Only the tree of a light client has keys beside those of the services.
  const tree = view.stateAt(height) as ApiView['tree']
  assert.notEqual(tree.get(LARGE_KEY), undefined)
}

describe('states that a light client looks at', () => {
  it('stay while an answer needs them, however many they are, and are each shown once', async () => {
    for (const count of [STATES_MAX, STATES_MAX + 1, FACTS_MAX + 1]) {
      const { asked } = await readStates(scene(LONG), count)
      assert.equal(asked, count)
    }
  })

  it('stay while several answers need them at the same time', async () => {
    const node = scene(LONG)
    const count = STATES_MAX + 3
    const firsts = [910_000n, 920_000n, 930_000n]
    const before = node.chain.asked
    await Promise.all(firsts.map((first) => readStates(node, count, { first })))
    assert.equal(node.chain.asked - before, count * firsts.length)
  })

  it('are so many, and no more, when no answer needs them any longer', async () => {
    const node = scene(LONG)
    await readStates(node, STATES_MAX + 1)
    const first = 950_000n
    assert.equal((await readStates(node, STATES_MAX, { first: first + 1n })).asked, 0)
    assert.equal((await readStates(node, 1)).asked, 1)
  })

  it('are refused when all that an answer needs is more than the memory', async () => {
    const large = { ...LONG, large: new Uint8Array(250_000) }
    const options = { read: readLarge }
    const probe = scene(large, ARENA_BYTES_MIN)
    let count = STATES_MAX
    const grow = async () => {
      for (; ; count++) await readStates(probe, count + 1, options)
    }
    await assert.rejects(grow(), { reason: 'mkvs.arena-full' })
    assert.ok(count > STATES_MAX, `${count}`)
    const node = scene(large, ARENA_BYTES_MIN)
    assert.equal((await readStates(node, count, options)).asked, count)
    // What nobody looks at any more makes room.
    const first = 960_000n
    assert.equal((await readStates(node, count, { ...options, first })).asked, count)
    const before = node.chain.asked
    await assert.rejects(readStates(node, count + 1, options), { reason: 'mkvs.arena-full' })
    assert.equal(node.chain.asked - before, count + 1, 'nothing is asked for twice')
    assert.equal((await readStates(node, count, { ...options, first })).asked, count)
  })
})

describe('looking for the block with which an epoch began', () => {
  it('goes no farther back than it has to', async () => {
    const { chain, beacon } = scene(LONG)
    const now = await beacon.getEpoch(0n)
    for (const epoch of [now, now - 1n, now - 60n, now - 166n])
      assert.equal(await beacon.getEpochBlock(epoch), chain.beginningOf(epoch))
    assert.equal(chain.oldest, LONG.oldest)
    assert.ok(chain.asked < 100, `${chain.asked}`)
    const before = now - 168n
    assert.equal(await beacon.getEpochBlock(before), chain.beginningOf(before))
    assert.ok(LONG.oldest - chain.oldest <= 1000n, `${chain.oldest}`)
  })

  it('goes back so far, and says when that is not far enough', async () => {
    const lowest = LONG.oldest - HEIGHTS_BACK_MAX
    const epochAt = (height: bigint) => base + (height - 1n) / LONG.interval
    const base = await scene(LONG).beacon.getBaseEpoch()
    const { chain, beacon } = scene(LONG)
    const last = epochAt(lowest)
    assert.ok(chain.beginningOf(last) < lowest, 'its first block itself is too far back')
    assert.equal(await beacon.getEpochBlock(last), chain.beginningOf(last))
    const other = scene(LONG)
    await assert.rejects(other.beacon.getEpochBlock(last - 1n), { reason: 'lightNode.tooFarBack' })
    assert.equal(await other.beacon.getEpochBlock(base), 1n)
  })

  it('says what a node says of epochs that there are not', async () => {
    const { beacon } = scene(LONG)
    const [base, now] = [await beacon.getBaseEpoch(), await beacon.getEpoch(0n)]
    await assert.rejects(beacon.getEpochBlock(now + 1n), { reason: 'epochs.notFound' })
    await assert.rejects(beacon.getEpochBlock(base - 1n), { reason: 'epochs.predatesBase' })
  })
})
