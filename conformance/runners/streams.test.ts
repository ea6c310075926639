import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { decode, encode, zero } from '@wadi/cbor/codec'
import { i64 } from '@wadi/cbor/scalars'
import { Block } from '@wadi/consensus/consensus/block'
import { Status } from '@wadi/consensus/control'
import { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import type { ChainSource } from '@wadi/node-api/chain-source'
import { createNodeApi, type NodeApi } from '@wadi/node-api/node-api'
import type { Namespace } from '@wadi/primitives/namespace'
import { createArchive } from '../src/api/recordedArchive.ts'
import '../src/coverage.ts'
import { readChain } from '../src/recordedChain.ts'
import { hasVector } from '../src/vectors.ts'

/** One with runtimes and key managers, one with the schemes of key managers, one with votes. */
const CHAINS = ['keyvalue-runtime', 'keymanager-churp-txs', 'change-min-commission']
/** What happens in none of these chains. */
const SILENT = ['Registry/WatchEntities', 'Vault/WatchEvents']
/** The streams of events that calls answer block by block. */
const EVENTS = ['Staking', 'Registry', 'Governance', 'Vault']

/** A chain that is walked along: nothing behind the height that was reached is there yet. */
class Walk {
  readonly api: NodeApi
  readonly last: bigint
  readonly #source: ChainSource
  height = 1n

  constructor(chain: string) {
    const archive = createArchive(readChain(chain))
    this.last = archive.lastHeight
    this.#source = Object.defineProperty({ ...archive }, 'lastHeight', { get: () => this.height })
    const { identity } = zero(Status)
    const facts = { softwareVersion: '', mode: 'archive', identity }
    this.api = createNodeApi({ source: this.#source, facts })
  }

  /** What is told on a stream from the first block on. */
  watch(stream: string, request?: unknown): Uint8Array[] {
    const items: Uint8Array[] = []
    this.api.watch(stream, request, {
      send: (item) => items.push(item) > 0,
      drained: () => Promise.resolve(),
      fail: (error) => {
        throw error
      },
    })
    return items
  }

  ask<A>(call: string, request: unknown): A {
    return this.api.methods[call]!.answer(request, {}) as A
  }
}

function describeStreams(chain: string): void {
  const walk = new Walk(chain)
  const blocks = walk.watch('Consensus/WatchBlocks')
  const epochs = walk.watch('Beacon/WatchEpochs')
  const told = EVENTS.map((service) => walk.watch(`${service}/WatchEvents`))
  const others = Object.keys(walk.api.topics).filter((name) => !name.startsWith('RootHash/'))
  const all = others.map((name) => [name, walk.watch(name)] as const)
  const answered: string[][] = EVENTS.map(() => [])
  const rounds = new Map<string, { readonly id: Namespace; readonly items: Uint8Array[] }>()

  for (walk.height = 2n; walk.height <= walk.last; walk.height++) {
    walk.api.applied(walk.height)
    for (const [i, service] of EVENTS.entries()) {
      const events = walk.ask<readonly unknown[]>(`${service}/GetEvents`, walk.height)
      const { item } = walk.api.topics[`${service}/WatchEvents`]!
      answered[i]!.push(...events.map((event) => toHex(encode(item, event))))
    }
    const query = { height: 0n, includeSuspended: true }
    for (const { id } of walk.ask<readonly { id: Namespace }[]>('Registry/GetRuntimes', query))
      if (!rounds.has(toHex(id))) {
        const items = walk.watch('RootHash/WatchBlocks', id)
        rounds.set(toHex(id), { id, items })
        all.push(['RootHash/WatchBlocks', items])
        for (const name of ['RootHash/WatchEvents', 'RootHash/WatchExecutorCommitments'])
          all.push([name, walk.watch(name, id)])
      }
  }
  walk.height = walk.last

  it('tell every block once', () => {
    const heights = blocks.map((item) => decode(Block, item).height)
    assert.equal(BigInt(heights.length), walk.last - 1n)
    for (const [i, height] of heights.entries()) assert.equal(height, BigInt(i + 2))
  })

  it('tell the epoch that it is, and each that follows', () => {
    const numbers = epochs.map((item) => decode(i64, item))
    assert.ok(numbers.length > 2)
    for (const [i, epoch] of numbers.entries()) assert.equal(epoch, numbers[0]! + BigInt(i))
    assert.equal(numbers.at(-1), walk.ask('Beacon/GetEpoch', 0n))
  })

  for (const [i, service] of EVENTS.entries())
    it(`tell the events of ${service} as calls answer them`, () => {
      assert.deepEqual(told[i]!.map(toHex), answered[i])
    })

  it('tell the blocks of runtimes, round by round', () => {
    const known = [...rounds.values()].filter(({ items }) => items.length > 0)
    // Key managers are runtimes without rounds.
    assert.ok(known.length > 0 || rounds.size === 0)
    for (const { id, items } of known) {
      const tellings = items.map((item) => decode(AnnotatedBlock, item))
      for (const [i, { block }] of tellings.entries())
        assert.equal(block.header.round, tellings[0]!.block.header.round + BigInt(i))
      const last = walk.ask('RootHash/GetLatestBlock', { runtimeId: id, height: 0n })
      assert.deepEqual(tellings.at(-1)?.block, last)
    }
  })

  it('tell whatever can be read again', () => {
    for (const [name, items] of all)
      for (const item of items) {
        const schema = walk.api.topics[name]!.item
        assert.equal(toHex(encode(schema, decode(schema, item))), toHex(item), name)
      }
    for (const [name, items] of all) if (items.length > 0) spoken.add(name)
  })
}

/** The streams on which something was told. */
const spoken = new Set<string>()

for (const chain of CHAINS.filter((name) => hasVector(`chains/${name}`)))
  describe(`streams along ${chain}`, () => describeStreams(chain))

describe('the streams of a node', {
  skip: !CHAINS.every((name) => hasVector(`chains/${name}`)),
}, () => {
  it('all speak in these chains, but for those of what does not happen there', () => {
    const source = createArchive(readChain(CHAINS[0]!))
    const facts = { softwareVersion: '', mode: 'archive', identity: zero(Status).identity }
    const { topics } = createNodeApi({ source, facts })
    const silent = Object.keys(topics).filter((name) => !spoken.has(name))
    assert.deepEqual(silent, SILENT)
  })
})
