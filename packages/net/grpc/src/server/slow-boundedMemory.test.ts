/** What clients cost that take nothing, or are gone: resident memory of a process of its own. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { frameOf } from '../frames.ts'
import { FloodedServer, type FloodedState, TOLD_BYTES } from '../testing/flood.ts'
import { RawClient } from '../testing/rawClient.ts'

const MEGABYTE = 1_000_000
const HELD_MAX = 32 * MEGABYTE
/** What the process takes besides, as it works: the collector's room, and HTTP/2's. */
const ROOM = 100 * MEGABYTE
const WAVES = 12
const WATCH = '/oasis-core.Test/Watch'
const NOTHING = frameOf(Uint8Array.of(0xf6))

/** Begins to watch, and takes nothing of it. */
function watchSlowly(client: RawClient, count: number): void {
  for (let i = 0; i < count; i++) {
    const stream = client.begin(WATCH)
    stream.end(NOTHING)
    stream.pause()
  }
}

const grownSince = (first: FloodedState, now: FloodedState) =>
  now.residentBytes - first.residentBytes

describe('Slow and vanished stream clients cost bounded memory', () => {
  it('slow ones: whatever they are told, all together hold no more than may be held', async () => {
    await using server = await FloodedServer.start({ heldBytes: HELD_MAX })
    const first = await server.state()
    const clients: RawClient[] = []
    let last = first
    for (let wave = 1; wave <= WAVES; wave++) {
      for (let i = 0; i < 10; i++) {
        const client = new RawClient({ path: server.path })
        clients.push(client)
        watchSlowly(client, 10)
      }
      // Streams are told until they, or all together, hold too much, and end then.
      const isOver = ({ streams, released }: FloodedState) =>
        streams === 100 * wave && released === streams
      last = await server.until(isOver)
      assert.ok(last.heldBytes <= HELD_MAX, `${last.heldBytes} bytes are held`)
    }
    const grown = grownSince(first, last)
    assert.ok(last.toldBytes > 2 * (HELD_MAX + ROOM), `${last.toldBytes} bytes were told`)
    assert.ok(grown < HELD_MAX + ROOM, `${grown} bytes`)
    assert.equal(last.failures, 0)
    for (const client of clients) client[Symbol.dispose]()
    const after = await server.until(({ connections }) => connections === 0)
    assert.equal(after.heldBytes, 0)
  })

  it('slow ones: each alone holds no more than its queue', async () => {
    const queueBytes = 1 * MEGABYTE
    await using server = await FloodedServer.start({ queueBytes })
    const first = await server.state()
    const clients = Array.from({ length: 20 }, () => new RawClient({ path: server.path }))
    for (const client of clients) watchSlowly(client, 1)
    const last = await server.until(({ streams, released }) => streams === 20 && released === 20)
    // What is being sent, and what waits.
    const most = 20 * (queueBytes + 2 * TOLD_BYTES)
    assert.ok(last.heldBytes <= most, `${last.heldBytes} bytes are held`)
    assert.ok(grownSince(first, last) < most + ROOM, `${grownSince(first, last)} bytes`)
    for (const client of clients) client[Symbol.dispose]()
  })

  it('vanished ones: thousands leave nothing, whatever they had begun', async () => {
    await using server = await FloodedServer.start({ heldBytes: HELD_MAX })
    const vanish = async (times: number) => {
      const { streams: before } = await server.state()
      for (let i = 0; i < times; i++) {
        const client = new RawClient({ path: server.path })
        watchSlowly(client, 20)
        await server.until(({ streams }) => streams >= before + 20 * (i + 1))
        client[Symbol.dispose]()
      }
      return await server.until(({ connections }) => connections === 0)
    }
    const first = await vanish(20)
    const last = await vanish(100)
    assert.equal(last.heldBytes, 0)
    assert.equal(last.released, last.streams)
    assert.equal(last.streams, 2400)
    assert.ok(grownSince(first, last) < ROOM, `${grownSince(first, last)} bytes`)
  })
})
