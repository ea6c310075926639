/**
 * Each kind of message that peers say, at the reactor that hears it: as an honest peer says it,
 * damaged, made up, and bytes that are nothing at all. What the secret connection, its packets and
 * messages about addresses make of that is tried in `comet-p2p/src/network/slow-fuzz.test.ts`,
 * chunks and snapshots while a state is fetched in `stateSync/stateSyncReactor.test.ts`.
 */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { randomBelow, SeededRandom } from '@wadi/base/random'
import { heldBytes } from '@wadi/contracts/testing/held-bytes'
import { decode, encode } from '@wadi/protobuf/codec'
import { damagedMessage } from '@wadi/protobuf/testing/damaged-message'
import { checkEvidence } from '@wadi/tendermint/basic/checkEvidence'
import { ConsensusMessage, checkConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { checkMempoolMessage, MempoolMessage } from '@wadi/tendermint/messages/mempool'
import { checkStateSyncMessage, StateSyncMessage } from '@wadi/tendermint/messages/stateSync'
import { testKey } from '@wadi/tendermint/testing/signedChain'
import { EvidenceList } from '@wadi/tendermint/types/evidence'
import { channelOf } from './consensus/channels.ts'
import { EVIDENCE_MESSAGE_COUNT_MAX } from './evidence/limits.ts'
import { BATCH_COUNT_MAX, CACHE_COUNT_MAX } from './mempool/limits.ts'
import { MEMPOOL_CHANNEL } from './mempool/mempoolReactor.ts'
import { EngineNetwork } from './testing/engineNetwork.ts'
import { goodMessages } from './testing/goodMessages.ts'
import { HostilePeer } from './testing/hostilePeer.ts'
import { Numbers, type Said, saidOfEach, someMessages } from './testing/someMessages.ts'

const DAMAGED_COUNT = 40
const MADE_UP_COUNT = 15
const ARBITRARY_COUNT = 15
/** So many times seventy messages are said of each union while what is kept is measured. */
const KINDS_AFTER = 16
/** What those may leave behind once tables of a fixed size are full; 1,100 peers alone are more. */
const KEPT_BYTES_MAX = 400_000
const LOGGED_BYTES_MAX = 100_000

/** A node that decides nothing, as the others have stopped: it agrees, or looks for blocks. */
function loneNode(phase: 'agrees' | 'syncs') {
  const network = new EngineNetwork()
  const nodes = network.nodes.slice(0, 3)
  for (const each of nodes) each.start()
  network.runTo(3n, { nodes })
  const [first] = nodes
  // What the messages say in the name of a validator may not contradict what one says that runs.
  const absent = testKey(3)
  const proposer = () => first!.engine!.rounds?.validators.proposer?.publicKey
  while (String(proposer()) !== String(absent.publicKey)) network.advance(20)
  const { blockStore, rounds } = first!.engine!
  const sources = {
    chainId: network.genesis.chainId,
    height: rounds!.height,
    validators: rounds!.validators,
    voter: rounds!.validators.validators.findIndex(
      ({ address }) => String(address) === String(absent.address),
    ),
    blocks: [blockStore.loadBlock(1n)!, blockStore.loadBlock(2n)!],
    part: blockStore.loadPart(2n, 0)!,
  } as const
  const good = saidOfEach(goodMessages(sources))
  const node = phase === 'agrees' ? first! : network.nodes[3]!
  for (const each of nodes) if (each !== node) each.stop()
  if (phase === 'syncs') {
    node.start()
    // Somebody has blocks and never sends them.
    const { channel, message } = good.get('blockSync status')!
    new HostilePeer(node, 'silent').say(channel, message)
  }
  assert.equal(node.engine!.status.isSyncing, phase === 'syncs')
  return { network, nodes, node, good }
}

type Lone = ReturnType<typeof loneNode>

/** Is it something that the reactor of a channel has to look at? Undefined: only later is known. */
function isMessage({ channel, message }: Said): boolean | undefined {
  try {
    switch (channel) {
      case 0x20:
      case 0x21:
      case 0x22:
      case 0x23: {
        const said = decode(ConsensusMessage, message)
        checkConsensusMessage(said)
        return channelOf(said).id === channel
      }
      case 0x30: {
        const said = decode(MempoolMessage, message)
        checkMempoolMessage(said)
        return said.body.txs.length <= BATCH_COUNT_MAX
      }
      case 0x38: {
        const { evidence } = decode(EvidenceList, message)
        for (const piece of evidence) checkEvidence(piece)
        return evidence.length > 0 && evidence.length <= EVIDENCE_MESSAGE_COUNT_MAX
      }
      case 0x60:
      case 0x61: {
        const said = decode(StateSyncMessage, message)
        checkStateSyncMessage(said)
        return said.kind.startsWith('chunk') === (channel === 0x61)
      }
      default:
        return undefined
    }
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}

let count = 0

/** A new peer says something, and is gone. What is no message is punished; nothing is thrown. */
function say({ network, node, good }: Lone, said: Said, what: string): HostilePeer {
  const peer = new HostilePeer(node, `hostile${count++}`)
  if (node.engine!.status.isSyncing) {
    const { channel, message } = good.get('blockSync status')!
    peer.say(channel, message)
  }
  peer.say(said.channel, said.message)
  const hex = () => `${what}: ${Buffer.from(said.message).toString('hex').slice(0, 2_000)}`
  if (isMessage(said) === false) assert.notEqual(peer.offences.length, 0, hex())
  if (count % 50 === 0) network.advance(20)
  assert.equal(node.failure, undefined, hex())
  peer.leave()
  return peer
}

/** Everything of one kind; how often somebody was banned for it. */
function fuzz(lone: Lone, kind: string, seed: bigint): number {
  const random = new SeededRandom(seed)
  const good = lone.good.get(kind)!
  const { channel } = good
  const madeUp = someMessages(new Numbers(random, lone.node.height + 1n)).get(kind)!
  const all = [
    good,
    ...Array.from({ length: DAMAGED_COUNT }, () => {
      return { channel, message: damagedMessage(random, good.message) }
    }),
    ...Array.from({ length: MADE_UP_COUNT }, madeUp),
    ...Array.from({ length: ARBITRARY_COUNT }, () => {
      return { channel, message: random.bytes(1 + randomBelow(random, 200)) }
    }),
  ]
  const peers = all.map((said) => say(lone, said, kind))
  lone.network.advance(20)
  return peers.filter(({ offences }) => offences[0]?.severity === 'ban').length
}

function logBytes({ node: { files } }: Lone): number {
  const sizes = files.list('engine/wal').map((name) => files.openRead(`engine/wal/${name}`).size())
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** As many transactions as the pool holds and remembers: it has bounds of its own. */
function fillMempool(lone: Lone): void {
  for (let first = 0; first < CACHE_COUNT_MAX; first += BATCH_COUNT_MAX) {
    const txs = Array.from({ length: BATCH_COUNT_MAX }, (_, i) => numbered(first + i))
    const message = encode(MempoolMessage, { kind: 'txs', body: { txs } })
    say(lone, { channel: MEMPOOL_CHANNEL, message }, 'transactions')
  }
}

function numbered(number: number): Uint8Array {
  return Uint8Array.of(9, 9, number >> 8, number & 0xff)
}

const KINDS = [...someMessages(new Numbers(new SeededRandom(0n), 1n)).keys()]
const UNIONS = Map.groupBy(KINDS, (kind) => kind.split(' ')[0]!)

describe('Bad input from a peer: fuzz targets for every p2p message', () => {
  it('are all types of messages of all channels that a node has', () => {
    const { node, good, nodes } = loneNode('agrees')
    assert.deepEqual([...good.keys()], KINDS)
    const said = new Map<number, Set<number>>()
    for (const { channel, message } of good.values())
      said.set(channel, (said.get(channel) ?? new Set()).add(message[0]! >> 3))
    // The four channels of consensus have one list of types.
    const fieldsOf = (id: number) =>
      [...said].flatMap(([channel, fields]) => (channel >> 4 === id >> 4 ? [...fields] : []))
    for (const { id, messageTypes } of node.reactors.flatMap(({ channels }) => channels)) {
      const declared = Object.keys(messageTypes ?? {}).map(Number)
      assert.notEqual(declared.length, 0)
      const missing = declared.filter((field) => !fieldsOf(id).includes(field))
      assert.deepEqual(missing, [], `channel ${id}`)
    }
    nodes[0]!.stop()
  })

  it('begin with messages for which nobody is banned', () => {
    const lone = loneNode('agrees')
    for (const [kind, said] of lone.good) {
      const { offences } = say(lone, said, kind)
      // Some are answers that nobody asked for.
      assert.ok(!offences.some(({ severity }) => severity === 'ban'), kind)
    }
    lone.nodes[0]!.stop()
  })

  for (const phase of ['agrees', 'syncs'] as const)
    for (const [union, kinds] of UNIONS)
      it(`${union}, at a node that ${phase}: nothing is thrown, nothing grows`, () => {
        const lone = loneNode(phase)
        const { network, node, nodes } = lone
        for (const kind of kinds) {
          const bans = fuzz(lone, kind, 1n)
          assert.ok(bans > ARBITRARY_COUNT / 2, `${kind}: ${bans} bans`)
        }
        if (union === 'mempool') fillMempool(lone)
        const before = { held: heldBytes(), logged: logBytes(lone) }
        for (let seed = 2n; seed < 2n + BigInt(Math.ceil(KINDS_AFTER / kinds.length)); seed++)
          for (const kind of kinds) fuzz(lone, kind, seed)
        const held = heldBytes() - before.held
        assert.ok(held < KEPT_BYTES_MAX, `${held} bytes more`)
        const logged = logBytes(lone) - before.logged
        assert.ok(logged < LOGGED_BYTES_MAX, `${logged} bytes in the log`)
        assert.equal(node.height, phase === 'agrees' ? nodes[0]!.height : 0n)
        // It goes on with the others, and accuses none of them.
        for (const each of nodes) if (each !== node) each.start()
        const running = [...new Set([...nodes, node])]
        network.runTo(nodes[0]!.height + 2n, { nodes: running })
        assert.deepEqual(network.offences, [])
        network.stop()
      })
})
