import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { decode, encode } from '@wadi/protobuf/codec'
import { type Evidence, EvidenceList } from '@wadi/tendermint/types/evidence'
import fc from 'fast-check'
import { FLOODED_PER_OFFENCE } from '../limits.ts'
import { FakePeer } from '../testing/fakePeer.ts'
import { EVIDENCE_CHANNEL, EvidenceReactor } from './evidenceReactor.ts'
import {
  CATCH_UP_DELAY_MS,
  EVIDENCE_BURST_MAX,
  EVIDENCE_MESSAGE_COUNT_MAX,
  EVIDENCE_PER_SECOND_MAX,
  REPEAT_DELAY_MS,
} from './limits.ts'
import { evidenceOf, openPool, STATES } from './testing/sampleEvidence.ts'

class Node {
  readonly timers = new VirtualTime()
  readonly clock = new FakeClock()
  readonly heights = new Map<string, bigint>()
  readonly pool = openPool(8).pool
  readonly reactor = new EvidenceReactor({
    pool: this.pool,
    clock: this.clock,
    timers: this.timers,
    heightOf: (peer) => this.heights.get(peer.id),
  })

  peer(id: string, height = 9n): FakePeer {
    const peer = new FakePeer(id)
    this.heights.set(id, height)
    this.reactor.addPeer(peer)
    return peer
  }

  hear(peer: FakePeer, ...evidence: Evidence[]): void {
    this.reactor.receive(peer, EVIDENCE_CHANNEL, encode(EvidenceList, { evidence }))
  }
}

function told(peer: FakePeer): Evidence[] {
  return peer.take().flatMap((bytes) => decode(EvidenceList, bytes).evidence)
}

describe('evidence among peers', () => {
  it('goes to all peers at once, to new ones when they come, and again after a while', () => {
    const node = new Node()
    const [a, b] = [node.peer('a'), node.peer('b')]
    node.hear(a, evidenceOf(3n))
    assert.deepEqual(told(b), [evidenceOf(3n)])
    told(a)
    assert.deepEqual(told(node.peer('c')), [evidenceOf(3n)])
    node.timers.advance(REPEAT_DELAY_MS - 1)
    assert.deepEqual(told(b), [])
    node.timers.advance(1)
    assert.deepEqual(told(b), [evidenceOf(3n)])
    node.pool.update(STATES[9]!, [evidenceOf(3n)])
    node.timers.advance(3 * REPEAT_DELAY_MS)
    assert.deepEqual(told(a).concat(told(b)), [evidenceOf(3n)])
    assert.equal(node.timers.pending, 0)
  })

  it('waits until a peer is above its height, and skips who is too far above', () => {
    const node = new Node()
    const [behind, far] = [node.peer('behind', 3n), node.peer('far', 14n)]
    const edge = node.peer('edge', 13n)
    node.pool.add(evidenceOf(3n))
    assert.deepEqual(told(behind).concat(told(far)), [])
    assert.deepEqual(told(edge), [evidenceOf(3n)])
    node.heights.set('behind', 4n)
    node.timers.advance(CATCH_UP_DELAY_MS)
    assert.deepEqual(told(behind), [evidenceOf(3n)])
    assert.deepEqual(told(far), [])
  })

  it('goes on when there is room again, and stops with the node', () => {
    const node = new Node()
    const peer = node.peer('slow')
    peer.room = 1
    node.pool.add(evidenceOf(3n))
    node.pool.add(evidenceOf(4n))
    assert.deepEqual(told(peer), [evidenceOf(3n)])
    node.reactor.drained(peer)
    assert.deepEqual(told(peer), [evidenceOf(4n)])
    node.reactor.removePeer(peer)
    node.pool.add(evidenceOf(5n))
    node.reactor.stop()
    node.timers.advance(5 * REPEAT_DELAY_MS)
    assert.deepEqual(told(peer), [])
  })
})

describe('a peer that sends evidence', () => {
  it('is banned for a false one, and for what is no evidence', () => {
    const node = new Node()
    const liar = node.peer('liar')
    node.hear(liar, evidenceOf(4n), evidenceOf(3n, 0, { validatorPower: 5n }))
    assert.deepEqual(liar.offences, [{ severity: 'ban', why: 'evidence.otherPower' }])
    assert.equal(node.pool.size, 1)
    const babbler = node.peer('babbler')
    node.reactor.receive(babbler, EVIDENCE_CHANNEL, Uint8Array.of(0x0a, 5))
    assert.equal(babbler.offences.length, 1)
    const { body } = evidenceOf(3n) as Extract<Evidence, { kind: 'duplicate-vote' }>
    const swapped = { ...body, voteA: body.voteB, voteB: body.voteA }
    node.hear(babbler, { kind: 'duplicate-vote', body: swapped })
    assert.equal(babbler.offences.length, 2)
  })

  it('is banned for more than one message holds', () => {
    const node = new Node()
    const peer = node.peer('p')
    const many = (count: number) => Array.from({ length: count }, () => evidenceOf(3n))
    node.hear(peer, ...many(EVIDENCE_MESSAGE_COUNT_MAX))
    assert.deepEqual(peer.offences, [])
    node.hear(peer, ...many(EVIDENCE_MESSAGE_COUNT_MAX + 1))
    assert.deepEqual(peer.offences, [{ severity: 'ban', why: 'protobuf.tooMany' }])
  })

  it('is not punished for what we cannot judge, and the rest of its message counts', () => {
    const node = new Node()
    const peer = node.peer('ahead')
    node.hear(peer, evidenceOf(12n), evidenceOf(4n))
    assert.deepEqual(peer.offences, [])
    assert.equal(node.pool.size, 1)
  })

  it('is heard so much and no more, whether what it says can be judged or not', () => {
    const node = new Node()
    const peer = node.peer('flood')
    for (let i = 0; i < EVIDENCE_BURST_MAX; i++) node.hear(peer, evidenceOf(12n))
    node.hear(peer, evidenceOf(3n))
    assert.equal(node.pool.size, 0)
    for (let i = 2; i < FLOODED_PER_OFFENCE; i++) node.hear(peer, evidenceOf(12n))
    assert.deepEqual(peer.offences, [])
    node.hear(peer, evidenceOf(12n))
    assert.deepEqual(
      peer.offences.map(({ severity }) => severity),
      ['slow'],
    )
    node.clock.advance(1_000 / EVIDENCE_PER_SECOND_MAX)
    node.hear(peer, evidenceOf(3n))
    node.hear(peer, evidenceOf(4n))
    assert.equal(node.pool.size, 1)
  })

  it('cannot make the reactor throw', () => {
    const node = new Node()
    const peer = node.peer('p')
    const good = encode(EvidenceList, { evidence: [evidenceOf(3n)] })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(), fc.nat(255), (bytes, at, value) => {
        node.reactor.receive(peer, EVIDENCE_CHANNEL, bytes)
        const changed = good.slice()
        changed[at % good.length] = value
        node.reactor.receive(peer, EVIDENCE_CHANNEL, changed)
      }),
    )
  })
})
