import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NetworkView } from '../snapshot.ts'
import { bar } from './bar.ts'
import { frameOf } from './frame.ts'

const node = {
  part: undefined,
  isAway: false,
  isSynced: true,
  height: 7n,
  peers: 1,
  power: 3n,
}
const view: NetworkView = {
  nodes: [
    { ...node, name: 'node-0' },
    { ...node, name: 'node-1', power: 1n, isSynced: false },
    { ...node, name: 'node-2', isAway: true, power: 0n },
  ],
  block: { height: 7n, unixMs: 1_000, proposer: 'node-1', round: 2, transactions: 5 },
  epoch: 3n,
  epochBlock: 1n,
  prevotes: 0.5,
  precommits: 0,
  mempool: 9,
  paratimes: [],
}
const context = {
  title: 'A network',
  epochBlocks: 4,
  interval: 1.25,
  transactions: 11,
  nowMs: 4_000,
  endpoints: ['gRPC  here'],
}

describe('the picture of a network', () => {
  it('tells the last block, the epoch, the votes and what waits', () => {
    const text = frameOf(view, context, 100).join('\n')
    assert.match(text, /^A network\n/)
    assert.match(text, /block {5}7 {2}\(3 s ago, round 2, one each 1\.3 s\)/)
    assert.match(text, /epoch {5}3 {2}█{10}░{10} {2}block 2 of 4/)
    assert.match(text, /prevotes {2}█{10}░{10} {3}50 % {4}precommits {2}░{20} {4}0 %/)
    assert.match(text, /mempool {3}9 waiting {4}transactions {2}5 in the last block, 11 since/)
    assert.match(text, /\ngRPC {2}here$/)
  })

  it('says that the next epoch begins, and counts no block beyond the last', () => {
    const at = (epochBlock: bigint) => frameOf({ ...view, epochBlock }, context, 100).join('\n')
    assert.match(at(3n), /epoch {5}3 {2}█{20} {2}block 4 of 4/)
    assert.match(at(4n), /epoch {5}3 {2}█{20} {2}the next one begins/)
  })

  it('tells of each node: where it is, its votes, who proposed, who is away', () => {
    const lines = frameOf(view, context, 100)
    const of = (name: string) => lines.find((line) => line.startsWith(name)) ?? ''
    assert.match(of('node-0'), /7 +1 +75 % +synced$/)
    assert.match(of('node-1'), /7 +1 +25 % +catching up {2}◀ proposed$/)
    assert.match(of('node-2'), /^node-2 +away$/)
  })

  it('is no wider than the terminal, and there is one before the first block', () => {
    const empty = { ...view, nodes: [], block: undefined }
    const lines = frameOf(empty, { ...context, interval: undefined, transactions: undefined }, 20)
    assert.ok(lines.every((line) => Array.from(line).length <= 20))
    assert.ok(lines.includes('block     no block y'))
  })
})

describe('the picture of ParaTimes', () => {
  const keyvalue = {
    name: 'keyvalue',
    id: '80',
    round: 12n,
    unixMs: 1_000,
    outcome: 'normal',
    workers: ['compute-1', 'compute-0'],
    backups: ['compute-1'],
  } as const

  it('tells of each its last round, and who is elected', () => {
    const text = frameOf({ ...view, paratimes: [keyvalue] }, context, 100).join('\n')
    assert.match(text, /\nkeyvalue +12 +3 s ago +compute-1 compute-0, else compute-1\n/)
    const failed = { ...view, paratimes: [{ ...keyvalue, outcome: 'failed' } as const] }
    assert.match(frameOf(failed, context, 100).join('\n'), /3 s ago, failed/)
    const early = { ...view, paratimes: [{ ...keyvalue, workers: [] }] }
    assert.match(frameOf(early, context, 100).join('\n'), /keyvalue +12 +nobody is elected yet/)
  })
})

describe('a bar', () => {
  it('is always as wide', () => {
    assert.equal(bar(0.5, 4), '██░░')
    assert.equal(bar(-1, 3), '░░░')
    assert.equal(bar(7, 3), '███')
  })
})
