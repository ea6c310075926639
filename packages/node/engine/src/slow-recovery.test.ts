import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readWhole } from '@wadi/node-storage/file-system'
import { testKey } from '@wadi/tendermint/testing/signedChain'
import type { Vote } from '@wadi/tendermint/types/vote'
import { filesBelow, flipByte } from './testing/damageFile.ts'
import { assertSameBlocks } from './testing/damageTrials.ts'
import { EngineNetwork, type EngineNode } from './testing/engineNetwork.ts'

/** The file of a store that was written last. */
function newestRecords({ files }: EngineNode, folder: string): string {
  const path = filesBelow(files, folder)
    .filter((name) => name.endsWith('.records'))
    .sort()
    .at(-1)
  assert.ok(path !== undefined)
  return path
}

/** Stops a node and damages its last blocks, so that the block store ends below the state. */
function loseLastBlocks(node: EngineNode, bytes: number): void {
  node.stop()
  const file = newestRecords(node, 'engine/blocks')
  const { length } = readWhole(node.files, file)
  for (let at = Math.max(0, length - bytes); at < length; at += 40) flipByte(node.files, file, at)
}

describe('a node whose last blocks are damaged', () => {
  it('decides the last one again with the help of its own log', () => {
    for (const powers of [[1n], [1n, 1n, 1n, 1n]]) {
      const network = new EngineNetwork({ powers })
      network.start()
      network.runTo(3n)
      for (let turn = 0; turn < 6; turn++) {
        for (const node of network.nodes) {
          node.stop()
          const file = newestRecords(node, 'engine/blocks')
          const { length } = readWhole(node.files, file)
          flipByte(node.files, file, length - 1 - turn * 130)
        }
        network.start()
        network.runTo(network.nodes[0]!.height + 2n)
      }
      assertSameBlocks(network)
      assert.deepEqual(network.offences, [])
      network.stop()
    }
  })

  it('takes what its log does not have from the others, who wait for it', () => {
    const network = new EngineNetwork()
    network.start()
    network.runTo(6n)
    const [first, second] = network.nodes
    const told: number[] = []
    network.onSaid = (_node, said) => {
      if (said.kind === 'new-round-step') told.push(said.body.lastCommitRound)
    }
    for (const node of network.nodes) node.stop()
    for (const node of [first!, second!]) {
      loseLastBlocks(node, 4000)
      for (const path of filesBelow(node.files, 'engine/wal')) node.files.remove(path)
    }
    network.start()
    network.runTo(10n)
    network.advance(20_000)
    assertSameBlocks(network)
    assert.ok(told.every((round) => round >= 0))
    assert.deepEqual(network.offences, [])
    network.stop()
  })

  it('takes them from a network that has gone on', () => {
    const network = new EngineNetwork()
    network.start()
    network.runTo(6n)
    const [first, ...others] = network.nodes
    loseLastBlocks(first!, 3000)
    network.runTo(14n, { nodes: others })
    first!.start()
    network.runTo(16n)
    network.advance(20_000)
    assertSameBlocks(network)
    network.stop()
  })
})

describe('a node whose application has one block more than it has', () => {
  const LAST = 4n

  /** Ends a node after its application has committed a block, and damages that block. */
  function loseCommitted(network: EngineNetwork, node: EngineNode): void {
    const { application, files } = node
    const commit = application.commit.bind(application)
    application.commit = () => {
      const response = commit()
      if (application.info().height === LAST) files.failAfter(0)
      return response
    }
    while (node.failure === undefined) network.advance(20)
    application.commit = commit
    node.kill()
    loseLastBlocks(node, 300)
  }

  const startsBelow = (node: EngineNode): void => {
    node.start()
    assert.equal(node.application.info().height, LAST)
    assert.equal(node.engine!.status.chain.lastBlockHeight, LAST - 1n)
    assert.equal(node.engine!.blockStore.height, LAST - 1n)
  }

  it('takes the block from its own log, and does not run it again', () => {
    const network = new EngineNetwork({ powers: [1n] })
    network.start()
    const [node] = network.nodes
    loseCommitted(network, node!)
    startsBelow(node!)
    network.runTo(LAST + 4n)
    assertSameBlocks(network)
    assert.equal(node!.application.info().height, node!.height)
    network.stop()
  })

  it('takes it from the others, who have gone on or wait for it', () => {
    for (const waiting of [0, 3_000]) {
      const network = new EngineNetwork()
      network.start()
      const [node, second, ...others] = network.nodes
      loseCommitted(network, node!)
      for (const path of filesBelow(node!.files, 'engine/wal')) node!.files.remove(path)
      if (waiting > 0) second!.stop()
      network.advance(waiting)
      startsBelow(node!)
      network.runTo(LAST + 3n, { nodes: waiting > 0 ? [node!, ...others] : network.nodes })
      if (waiting > 0) second!.start()
      network.runTo(LAST + 6n)
      network.advance(5_000)
      assertSameBlocks(network)
      assert.deepEqual(network.offences, [])
      network.stop()
    }
  })

  it('says in words what to do when the answers to it are lost, too', () => {
    const network = new EngineNetwork({ powers: [1n] })
    network.start()
    const [node] = network.nodes
    loseCommitted(network, node!)
    const path = newestRecords(node!, 'engine/state/history')
    const { length } = readWhole(node!.files, path)
    for (let at = length - 200; at < length; at += 20) flipByte(node!.files, path, at)
    assert.throws(() => node!.start(), {
      reason: 'engine.applicationAhead',
      message: /from one copy/,
    })
  })
})

describe('a node whose state is damaged', () => {
  const damaged = (node: EngineNode) => {
    node.stop()
    for (const path of filesBelow(node.files, 'engine/state/current')) node.files.remove(path)
    node.start()
  }

  it('makes it again out of the last header and what earlier heights needed', () => {
    for (const lost of [1n, 2n, 7n]) {
      const network = new EngineNetwork()
      network.start()
      network.runTo(lost)
      for (const node of network.nodes) node.stop()
      for (const node of network.nodes.slice(0, 2)) damaged(node)
      for (const node of network.nodes.slice(2)) node.start()
      network.runTo(lost + 6n)
      assertSameBlocks(network)
      assert.deepEqual(network.offences, [])
      for (const { engine } of network.nodes) {
        const { stateStore } = engine!
        assert.deepEqual(stateStore.loadTurns(lost + 4n), stateStore.loadValidators(lost + 4n))
      }
      network.stop()
    }
  })

  it('says in words what to do when that is lost, too', () => {
    const network = new EngineNetwork()
    network.start()
    network.runTo(4n)
    const [node] = network.nodes
    node!.stop()
    for (const path of filesBelow(node!.files, 'engine/state'))
      if (path.endsWith('.records')) node!.files.remove(path)
    assert.throws(() => node!.start(), {
      reason: 'engine.stateLost',
      message: /sync it from others/,
    })
    network.stop()
  })
})

describe('a validator whose write-ahead log is lost', () => {
  const loseLog = (node: EngineNode) => {
    node.stop()
    for (const path of filesBelow(node.files, 'engine/wal')) node.files.remove(path)
  }

  it('watches until others have decided what it may have voted on, and votes again', () => {
    const network = new EngineNetwork()
    network.start()
    network.runTo(4n)
    const [first, ...others] = network.nodes
    // So late in a height that it has voted in it.
    const hasVoted = () =>
      first!.engine!.status.round !== undefined && first!.signedHeight > first!.height
    for (let turn = 0; turn < 200 && !hasVoted(); turn++) network.advance(7)
    const { signedHeight } = first!
    assert.ok(signedHeight > first!.height)
    loseLog(first!)
    for (const other of others.slice(1)) other.stop()
    const heights: bigint[] = []
    network.onSaid = (teller, said) => {
      if (teller === first && said.kind === 'vote' && isBy(first!, said.body.vote))
        heights.push(said.body.vote.height)
    }
    first!.start()
    network.advance(5_000)
    assert.deepEqual(heights, [])
    const sentences = first!.log.records.map(({ sentence }) => sentence)
    assert.ok(sentences.some((sentence) => sentence.startsWith('nothing is signed')))
    assert.ok(!sentences.some((sentence) => sentence.startsWith('but nobody can decide')))
    for (const other of others.slice(1)) other.start()
    network.runTo(signedHeight + 3n)
    assert.ok(heights.length > 0)
    assert.ok(heights.every((height) => height > signedHeight))
    assert.deepEqual(network.offences, [])
    network.stop()
  })

  it('says so when nobody can decide without it', () => {
    const network = new EngineNetwork({ powers: [5n, 4n] })
    network.start()
    network.runTo(3n)
    const [first] = network.nodes
    for (let turn = 0; turn < 1_000 && first!.signedHeight === first!.height; turn++)
      network.advance(1)
    loseLog(first!)
    first!.start()
    network.advance(5_000)
    const errors = first!.log.records.filter(({ level }) => level === 'error')
    assert.match(errors.at(-1)?.sentence ?? '', /put the write-ahead log back/)
    network.stop()
  })
})

function isBy({ index }: EngineNode, { validatorAddress }: Vote): boolean {
  return String(validatorAddress) === String(testKey(index).address)
}
