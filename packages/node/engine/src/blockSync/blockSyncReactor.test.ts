import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { addMilliseconds } from '@wadi/primitives/moment'
import { decode, encode } from '@wadi/protobuf/codec'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { checkBlock } from '@wadi/tendermint/chainState/checkBlock'
import { nextState } from '@wadi/tendermint/chainState/nextState'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { commitHash } from '@wadi/tendermint/hashing/contentHashes'
import { BlockSyncMessage } from '@wadi/tendermint/messages/blockSync'
import { dataHashOf } from '@wadi/tendermint/transactionProof'
import type { Block } from '@wadi/tendermint/types/block'
import fc from 'fast-check'
import { nowOf } from '../nowOf.ts'
import type { DecidedBlock } from '../stores/contract.ts'
import { DiskBlockStore } from '../stores/diskBlockStore.ts'
import { oddPartSetOf, SampleChain } from '../stores/testing/sampleChain.ts'
import { BlockSyncReactor } from './blockSyncReactor.ts'
import { BLOCK_SYNC_CHANNEL } from './channel.ts'
import type { BlockApplier, CaughtUp } from './contract.ts'
import {
  REQUEST_RETRY_MS,
  SERVING_QUEUE_MAX,
  STATUS_INTERVAL_MS,
  TICK_MS,
  YOUNG_CHAIN_MS,
} from './limits.ts'
import { blockSyncMetrics } from './metrics.ts'
import { LinkedPeer, link } from './testing/linkedPeer.ts'

const LENGTH = 40
const sample = new SampleChain(1n, 'real')
const GENESIS = sample.state
/** Some of them were encoded in a way in which nobody else encodes them. */
const ODD: readonly bigint[] = [12n, 13n, 30n]
const decide = (chain: SampleChain, count: number): readonly DecidedBlock[] =>
  Array.from({ length: count }, (_, i) =>
    chain.next(ODD.includes(BigInt(i + 1)) ? { cut: oddPartSetOf } : {}),
  )
const DECIDED = decide(sample, LENGTH)
const LOG = createLogger('test', SILENT)

/** Does what the sample's application does: nothing but another app hash each block. */
const executor: BlockApplier = {
  checkDecided: (chain, block) => checkBlock(oasisDialect, chain, block),
  apply: (chain, blockId, block) =>
    nextState(chain, {
      blockId,
      header: block.header,
      results: [],
      validatorUpdates: [],
      consensusParamUpdates: undefined,
      appHash: new Uint8Array(32).fill(Number(block.header.height % 256n)),
    }),
}

interface NodeOptions {
  readonly name: string
  /** How many blocks it has. */
  readonly blocks?: number
  readonly files?: MemoryFiles
  readonly ownAddress?: Uint8Array
}

class Node {
  readonly name: string
  readonly store: DiskBlockStore
  readonly reactor: BlockSyncReactor
  readonly caughtUp: CaughtUp[] = []

  constructor(time: VirtualTime, { name, blocks = 0, files, ownAddress }: NodeOptions) {
    this.name = name
    this.store = openStore(files ?? new MemoryFiles())
    if (this.store.height === 0n)
      for (const decided of DECIDED.slice(0, blocks)) this.store.save(decided)
    this.reactor = new BlockSyncReactor({
      clock: time.clock,
      timers: time,
      log: LOG,
      metrics: new MetricsRegistry().register(blockSyncMetrics),
      dialect: oasisDialect,
      executor,
      blockStore: this.store,
      ownAddress,
      onCaughtUp: (caughtUp) => this.caughtUp.push(caughtUp),
    })
  }
}

/** Up to where a node fetched blocks before it handed over. */
function lastHeight({ caughtUp }: Node): bigint {
  return caughtUp[0]?.chain.lastBlockHeight ?? -1n
}

function openStore(files: MemoryFiles): DiskBlockStore {
  return new DiskBlockStore({ files, path: 'blocks', chain: 'sample', log: LOG, segmentSize: 4096 })
}

/** Takes a stretch out of a file in the middle of a store. */
function damage(files: MemoryFiles): void {
  const names = files.list('blocks').filter((name) => name.endsWith('.records'))
  const file = files.openWrite(`blocks/${names[Math.floor(names.length / 2)]}`)
  file.write([new Uint8Array(Math.floor(file.size() / 2))], Math.floor(file.size() / 4))
}

/** The same block with a transaction more; its header and hashes agree. */
function forged(block: Block): Block {
  const transactions = [...block.transactions, Uint8Array.of(7)]
  const header = { ...block.header, dataHash: dataHashOf(transactions) }
  return { ...block, header, transactions }
}

/** Changes the blocks of some heights on their way. */
function changing(change: (block: Block) => Block, isChanged: (height: bigint) => boolean) {
  return (bytes: Uint8Array): Uint8Array => {
    const message = decode(BlockSyncMessage, bytes)
    if (message.kind !== 'block' || !isChanged(message.body.block.header.height)) return bytes
    return encode(BlockSyncMessage, { kind: 'block', body: { block: change(message.body.block) } })
  }
}

function say(message: BlockSyncMessage): Uint8Array {
  return encode(BlockSyncMessage, message)
}

describe('block sync', () => {
  it('fetches, verifies, stores and applies what others have, then hands over once', () => {
    const time = new VirtualTime()
    const old = new Node(time, { name: 'old', blocks: LENGTH })
    const young = new Node(time, { name: 'young' })
    const { atA, atB } = link(time, young, old)
    young.reactor.start(GENESIS)
    assert.equal(young.reactor.isSyncing, true)
    time.advance(30_000)
    assert.equal(young.caughtUp.length, 1)
    const { chain, blockCount } = young.caughtUp[0]!
    assert.ok(chain.lastBlockHeight >= BigInt(LENGTH - 2))
    assert.equal(blockCount, chain.lastBlockHeight)
    assert.deepEqual(young.store.loadBlock(17n), DECIDED[16]!.block)
    assert.deepEqual(young.store.loadSeenCommit(17n), DECIDED[16]!.seenCommit)
    assert.deepEqual([...atA.offences, ...atB.offences], [])
    assert.equal(young.reactor.isSyncing, false)
  })

  it('goes on from where a node is, and from a state that others vouched for', () => {
    const time = new VirtualTime()
    const old = new Node(time, { name: 'old', blocks: LENGTH })
    const half = new SampleChain(1n, 'real')
    decide(half, 20)
    const young = new Node(time, { name: 'young' })
    link(time, young, old)
    young.reactor.start(half.state)
    time.advance(30_000)
    assert.ok(lastHeight(young) >= BigInt(LENGTH - 2))
    assert.equal(young.store.base, 21n)
  })

  it('knows who lied, bans it, and blames nobody else', () => {
    for (const [change, what] of [
      [forged, 'another block'],
      [(block: Block) => withOtherCommit(block), 'a commit that nobody signed'],
    ] as const) {
      const time = new VirtualTime()
      const young = new Node(time, { name: 'young' })
      const honest = new Node(time, { name: 'honest', blocks: LENGTH })
      const liar = new Node(time, { name: 'liar', blocks: LENGTH })
      const lies = link(time, young, liar)
      lies.atB.tamper = changing(change, (height) => height % 2n === 1n)
      young.reactor.start(GENESIS)
      const truth = link(time, young, honest)
      time.advance(60_000)
      assert.ok(lastHeight(young) >= BigInt(LENGTH - 2), what)
      assert.equal(lies.atA.offences[0]?.severity, 'ban', what)
      assert.deepEqual(truth.atA.offences, [], what)
    }
  })

  it('stops the node if more than two thirds have signed what the rules forbid', () => {
    const time = new VirtualTime()
    const young = new Node(time, { name: 'young' })
    link(time, young, new Node(time, { name: 'old', blocks: LENGTH }))
    const otherRules: ChainState = { ...GENESIS, appHash: new Uint8Array(32).fill(9) }
    young.reactor.start(otherRules)
    assert.throws(() => time.advance(30_000), { reason: 'checkBlock.otherAppHash' })
  })

  it('hands over soon where the last block is but seconds old, and else takes its time', () => {
    for (const [ageMs, soon] of [
      [YOUNG_CHAIN_MS - 1, 2],
      [YOUNG_CHAIN_MS + 1, 0],
    ] as const) {
      const time = new VirtualTime()
      const lastBlockTime = addMilliseconds(nowOf(time.clock), -ageMs)
      const nodes = ['a', 'b'].map((name) => new Node(time, { name }))
      link(time, nodes[0]!, nodes[1]!)
      for (const { reactor } of nodes) reactor.start({ ...GENESIS, lastBlockTime })
      const done = () => nodes.filter(({ caughtUp }) => caughtUp.length > 0).length
      time.advance(TICK_MS / 2)
      assert.equal(done(), soon)
      time.advance(TICK_MS)
      assert.equal(done(), 2)
    }
  })

  it('has nothing to wait for as the only validator, or if the chain waits for us', () => {
    const time = new VirtualTime()
    const own = GENESIS.validators.validators[0]!
    const alone = { validators: [own], proposer: own, totalVotingPower: own.votingPower }
    const only = new Node(time, { name: 'only', ownAddress: own.address })
    only.reactor.start({ ...GENESIS, validators: alone })
    assert.deepEqual(only.caughtUp, [])
    time.advance(0)
    assert.equal(only.caughtUp.length, 1)
    const third = new Node(time, { name: 'third', ownAddress: own.address })
    third.reactor.start(GENESIS)
    time.advance(1000)
    assert.equal(third.caughtUp.length, 1)
    const follower = new Node(time, { name: 'follower' })
    follower.reactor.start(GENESIS)
    time.advance(100_000)
    assert.equal(follower.caughtUp.length, 0)
  })

  it('stops without a trace', () => {
    const time = new VirtualTime()
    const young = new Node(time, { name: 'young' })
    const { atB } = link(time, young, new Node(time, { name: 'old', blocks: LENGTH }))
    young.reactor.start(GENESIS)
    time.advance(12)
    young.reactor.stop()
    const { height } = young.store
    atB.send(BLOCK_SYNC_CHANNEL, say({ kind: 'status-request', body: {} }))
    time.advance(100_000)
    assert.equal(young.store.height, height)
    assert.deepEqual(young.caughtUp, [])
  })
})

function withOtherCommit(block: Block): Block {
  const [first, ...others] = block.lastCommit!.signatures
  if (first === undefined || first.flag === 'absent') return block
  const signatures = [{ ...first, signature: new Uint8Array(64) }, ...others]
  return rehashed({ ...block, lastCommit: { ...block.lastCommit!, signatures } })
}

function rehashed(block: Block): Block {
  const lastCommitHash = commitHash(block.lastCommit!)
  return { ...block, header: { ...block.header, lastCommitHash } }
}

describe('a node that does not sync', () => {
  function serving(): {
    time: VirtualTime
    node: Node
    peer: LinkedPeer
    sent: BlockSyncMessage[]
  } {
    const time = new VirtualTime()
    const node = new Node(time, { name: 'node', blocks: LENGTH })
    const peer = new LinkedPeer('peer', time, node.reactor.channels[0]!.sendQueueMax)
    const sent: BlockSyncMessage[] = []
    peer.connect(
      (_, bytes) => void sent.push(decode(BlockSyncMessage, bytes)),
      () => node.reactor.drained(),
    )
    node.reactor.addPeer(peer)
    return { time, node, peer, sent }
  }

  it('says what it has, when it meets somebody and when it is asked', () => {
    const { time, node, peer, sent } = serving()
    node.reactor.receive(peer, BLOCK_SYNC_CHANNEL, say({ kind: 'status-request', body: {} }))
    time.advance(5)
    const status = { kind: 'status', body: { base: 1n, height: BigInt(LENGTH) } }
    assert.deepEqual(sent, [status, status])
  })

  it('gives blocks, and says which it has not, as there is room', () => {
    const { time, node, peer, sent } = serving()
    const heights = [...Array.from({ length: LENGTH - 1 }, (_, i) => BigInt(i + 1)), 99n]
    for (const height of heights)
      node.reactor.receive(
        peer,
        BLOCK_SYNC_CHANNEL,
        say({ kind: 'block-request', body: { height } }),
      )
    time.advance(1000)
    assert.equal(sent.length, heights.length + 1)
    assert.deepEqual(sent[7], { kind: 'block', body: { block: DECIDED[6]!.block } })
    assert.deepEqual(sent.at(-1), { kind: 'no-block', body: { height: 99n } })
    assert.deepEqual(peer.offences, [])
  })

  it('lets nobody ask for more than it takes', () => {
    const { time, node, peer, sent } = serving()
    for (let i = 0; i < SERVING_QUEUE_MAX + 5; i++)
      node.reactor.receive(
        peer,
        BLOCK_SYNC_CHANNEL,
        say({ kind: 'block-request', body: { height: 1n } }),
      )
    assert.deepEqual(new Set(peer.offences.map(({ severity }) => severity)), new Set(['slow']))
    assert.equal(peer.offences.length, 5)
    time.advance(1000)
    assert.equal(sent.length, SERVING_QUEUE_MAX + 1)
  })

  it('drops who sends blocks that nobody asked for', () => {
    const { node, peer } = serving()
    const block = say({ kind: 'block', body: { block: DECIDED[3]!.block } })
    node.reactor.receive(peer, BLOCK_SYNC_CHANNEL, block)
    assert.equal(peer.offences[0]?.severity, 'drop')
  })

  it('bans who says what no honest node says', () => {
    for (const bad of [
      say({ kind: 'status', body: { base: 5n, height: 4n } }),
      say({ kind: 'block-request', body: { height: -1n } }),
      // A block message without a block.
      Uint8Array.of(0x1a, 0x00),
      Uint8Array.of(0x0a, 0xff),
      new Uint8Array(0),
    ]) {
      const { node, peer } = serving()
      node.reactor.receive(peer, BLOCK_SYNC_CHANNEL, bad)
      assert.equal(peer.offences[0]?.severity, 'ban')
    }
  })

  it('fetches blocks again that are damaged on its disk, from whoever has them', () => {
    const files = new MemoryFiles()
    const time = new VirtualTime()
    const first = new Node(time, { name: 'first', blocks: LENGTH, files })
    first.store.close()
    damage(files)
    const node = new Node(time, { name: 'node', files })
    for (let height = 1n; height <= BigInt(LENGTH); height++) node.store.loadBlock(height)
    const { damaged } = node.store
    assert.ok(damaged.length > 1, 'several blocks in a row')
    const liar = new Node(time, { name: 'liar', blocks: LENGTH })
    const lies = link(time, node, liar)
    lies.atB.tamper = changing(forged, () => true)
    const poor = link(time, node, new Node(time, { name: 'poor' }))
    link(time, node, new Node(time, { name: 'rich', blocks: LENGTH }))
    time.advance(20 * STATUS_INTERVAL_MS)
    assert.deepEqual(node.store.damaged, [])
    for (const height of damaged)
      assert.deepEqual(node.store.loadBlock(height), DECIDED[Number(height) - 1]!.block)
    assert.equal(lies.atA.offences[0]?.severity, 'ban')
    assert.deepEqual(poor.atA.offences, [])
  })

  it('fetches oddly encoded blocks from those who give them as they came, and blames nobody', () => {
    for (const isDamaged of [false, true]) {
      const files = new MemoryFiles()
      const time = new VirtualTime()
      if (isDamaged) {
        new Node(time, { name: 'first', blocks: LENGTH, files }).store.close()
        damage(files)
      }
      const node = new Node(time, { name: 'node', files })
      for (let height = 1n; height <= BigInt(LENGTH); height++) node.store.loadBlock(height)
      assert.equal(node.store.damaged.length > 0, isDamaged)
      const stock = link(time, node, new Node(time, { name: 'stock', blocks: LENGTH }))
      stock.atB.tamper = changing(
        (block) => block,
        () => true,
      )
      const ours = link(time, node, new Node(time, { name: 'ours', blocks: LENGTH }))
      if (!isDamaged) node.reactor.start(GENESIS)
      time.advance(20 * STATUS_INTERVAL_MS)
      assert.deepEqual(node.store.damaged, [])
      assert.ok(node.store.height >= BigInt(LENGTH - 1))
      for (const height of ODD)
        assert.deepEqual(node.store.loadPart(height, 0), DECIDED[Number(height) - 1]!.parts[0])
      assert.deepEqual([...stock.atA.offences, ...ours.atA.offences], [])
    }
  })

  it('forgives who sends a damaged block when it has come from somebody else', () => {
    const files = new MemoryFiles()
    const time = new VirtualTime()
    const first = new Node(time, { name: 'first', blocks: LENGTH, files })
    first.store.close()
    damage(files)
    const node = new Node(time, { name: 'node', files })
    for (let height = 1n; height <= BigInt(LENGTH); height++) node.store.loadBlock(height)
    const kept: Uint8Array[] = []
    const slow = link(time, node, new Node(time, { name: 'slow', blocks: LENGTH }))
    slow.atB.tamper = (bytes) => {
      if (decode(BlockSyncMessage, bytes).kind !== 'block') return bytes
      kept.push(bytes)
      return undefined
    }
    time.advance(2 * STATUS_INTERVAL_MS)
    link(time, node, new Node(time, { name: 'fast', blocks: LENGTH }))
    time.advance(20 * STATUS_INTERVAL_MS)
    assert.deepEqual(node.store.damaged, [])
    assert.ok(kept.length > 0)
    for (const bytes of kept) node.reactor.receive(slow.atA, BLOCK_SYNC_CHANNEL, bytes)
    assert.deepEqual(slow.atA.offences, [])
  })
})

describe('whatever peers say', () => {
  it('a reactor neither throws nor forgets the others', () => {
    const goods = [
      say({ kind: 'status', body: { base: 1n, height: 1000n } }),
      say({ kind: 'block', body: { block: DECIDED[5]!.block } }),
      say({ kind: 'no-block', body: { height: 3n } }),
      say({ kind: 'block-request', body: { height: 3n } }),
    ]
    const damaged = fc
      .tuple(fc.constantFrom(...goods), fc.nat(), fc.integer({ min: 0, max: 255 }))
      .map(([good, position, byte]) => good.with(position % good.length, byte))
    const anything = fc.oneof(fc.constantFrom(...goods), damaged, fc.uint8Array({ maxLength: 40 }))
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 12 }), (messages) => {
        const time = new VirtualTime()
        const young = new Node(time, { name: 'young' })
        young.reactor.start(GENESIS)
        const liar = new LinkedPeer('liar', time, 8)
        young.reactor.addPeer(liar)
        for (const message of messages) young.reactor.receive(liar, BLOCK_SYNC_CHANNEL, message)
        link(time, young, new Node(time, { name: 'old', blocks: 5 }))
        time.advance(2 * REQUEST_RETRY_MS)
        assert.ok(young.store.height >= 4n)
      }),
      { numRuns: 40 },
    )
  })
})
