import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import type { MemoryLog } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { collectGarbage } from '@wadi/contracts/testing/held-bytes'
import { type Member, MemoryNetwork } from '@wadi/contracts/testing/memory-network'
import { follow, keyOf, makeRounds, serve, settle } from '../testing/treeWorld.ts'

/** How long the machine waits for what a round has changed, and then before it asks again. */
const [DIFF_MS, AGAIN_MS] = [15_000, 20_000]

function eventsIn({ records }: MemoryLog) {
  const named = records.filter(({ fields }) => fields['log_event'] !== undefined)
  return named.map(({ level, fields: { log_event, round } }) => [level, log_event, round])
}

/** A network in which nobody answers; it counts who is asked, and who is asked in vain. */
function silentNetwork(member: Member) {
  const counts = { asked: 0, cancelled: 0 }
  const ask = () => {
    counts.asked++
    return { cancel: () => void counts.cancelled++ }
  }
  return { counts, network: { ...member, ask } }
}

describe('the trees of a runtime, kept in step', () => {
  it('come from others round by round', async () => {
    const time = new VirtualTime()
    const net = new MemoryNetwork(time)
    const rounds = makeRounds(12)
    serve(net.join(keyOf(1)), rounds, undefined)
    const client = net.join(keyOf(2))
    const { store, history, fatal, available, log, open } = await follow(client, rounds, time)
    store.finalize(rounds[0]!.block.block.header)
    const shell = open(true)
    shell.start()
    await settle(time)
    assert.deepEqual(fatal, [])
    assert.equal(history.lastSeenRound, 12n)
    assert.equal(store.lastRound, 12n)
    assert.deepEqual(available, [true])
    const { header } = rounds[12]!.block.block
    assert.deepEqual(store.stateAfter(header).get(Uint8Array.of(3, 5)), Uint8Array.of(3, 5, 1))
    assert.deepEqual(store.ioOf(header).get(Uint8Array.of(12, 5)), Uint8Array.of(12, 5, 1))
    assert.ok(client.said.every((kind) => kind === 'succeeded'))
    shell.stop()
    assert.equal(time.pending, 0)
    assert.deepEqual(eventsIn(log), [])
  })

  it('begin with a checkpoint where there is nothing, and go on from there', async () => {
    const time = new VirtualTime()
    const net = new MemoryNetwork(time)
    const rounds = makeRounds(9)
    serve(net.join(keyOf(1)), rounds, 6)
    const client = net.join(keyOf(2))
    const { store, history, fatal, log, open } = await follow(client, rounds, time)
    const shell = open(false)
    shell.start()
    await settle(time)
    assert.deepEqual(fatal, [])
    assert.equal(store.earliestRound, 6n)
    assert.equal(store.lastRound, 9n)
    assert.equal(history.lastSeenRound, 9n)
    const { header } = rounds[9]!.block.block
    assert.deepEqual(store.stateAfter(header).get(Uint8Array.of(1, 5)), Uint8Array.of(1, 5, 1))
    shell.stop()
    assert.deepEqual(eventsIn(log), [['info', 'worker/storage/checkpoint-sync-success', 6n]])
  })

  it('are tried again while nobody has them', async () => {
    const time = new VirtualTime()
    const net = new MemoryNetwork(time)
    const rounds = makeRounds(3)
    const client = net.join(keyOf(2))
    const { store, history, fatal, open } = await follow(client, rounds, time)
    store.finalize(rounds[0]!.block.block.header)
    const shell = open(true)
    shell.start()
    await settle(time)
    assert.equal(history.lastSeenRound, 0n)
    serve(net.join(keyOf(1)), rounds, undefined)
    await settle(time, 5_000)
    assert.equal(history.lastSeenRound, 3n)
    assert.deepEqual(fatal, [])
    shell.stop()
  })

  it('are not believed to whoever gives others', async () => {
    const time = new VirtualTime()
    const net = new MemoryNetwork(time)
    const rounds = makeRounds(3)
    const liar = net.join(keyOf(1))
    const { store: lies } = serve(liar, rounds, undefined)
    const honest = lies.writeLog.bind(lies)
    lies.writeLog = (from, to) => honest(from, to).slice(1)
    const client = net.join(keyOf(3))
    const { store, history, fatal, open } = await follow(client, rounds, time)
    store.finalize(rounds[0]!.block.block.header)
    const shell = open(true)
    shell.start()
    await settle(time)
    assert.equal(history.lastSeenRound, 0n)
    assert.ok(client.said.includes('misbehaved'))
    serve(net.join(keyOf(2)), rounds, undefined)
    await settle(time, 10_000)
    assert.equal(history.lastSeenRound, 3n)
    assert.deepEqual(fatal, [])
    shell.stop()
  })

  it('stop the node where the disk does not let them be made final', async () => {
    const time = new VirtualTime()
    const net = new MemoryNetwork(time)
    const rounds = makeRounds(1)
    serve(net.join(keyOf(1)), rounds, undefined)
    const { store, history, open } = await follow(net.join(keyOf(2)), rounds, time)
    store.finalize(rounds[0]!.block.block.header)
    store.database.finalize = () => {
      throw new UnavailableError('disk.broken', 'the disk is broken')
    }
    const shell = open(true)
    shell.start()
    await settle(time)
    assert.equal(history.lastSeenRound, 0n)
    assert.equal(shell.state.isStopped, true)
    shell.stop()
  })

  it('are asked for anew after a while, and not any more when the shell has stopped', async () => {
    const time = new VirtualTime()
    const { counts, network } = silentNetwork(new MemoryNetwork(time).join(keyOf(2)))
    const { fatal, open } = await follow(network, makeRounds(1), time)
    const shell = open(true)
    shell.start()
    await settle(time)
    // One for each tree of the round.
    assert.deepEqual(counts, { asked: 2, cancelled: 0 })
    await settle(time, DIFF_MS - 1)
    assert.deepEqual(counts, { asked: 2, cancelled: 0 })
    await settle(time, 1)
    assert.deepEqual(counts, { asked: 2, cancelled: 2 })
    await settle(time, AGAIN_MS)
    assert.deepEqual(counts, { asked: 4, cancelled: 2 })
    shell.stop()
    assert.deepEqual(counts, { asked: 4, cancelled: 4 })
    await settle(time, DIFF_MS)
    assert.deepEqual(counts, { asked: 4, cancelled: 4 })
    assert.equal(time.pending, 0)
    assert.deepEqual(fatal, [])
  })

  it('keep no shell in memory for a question that nobody answers', async () => {
    const abandon = async () => {
      const time = new VirtualTime()
      const { counts, network } = silentNetwork(new MemoryNetwork(time).join(keyOf(2)))
      const { open } = await follow(network, makeRounds(1), time)
      const shell = open(true)
      shell.start()
      await settle(time)
      assert.deepEqual(counts, { asked: 2, cancelled: 0 })
      return new WeakRef(shell)
    }
    const shell = await abandon()
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    assert.ok(shell.deref() === undefined)
  })
})
