/** What strangers do with sockets, and what it costs. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { parseIp } from '@wadi/primitives/ip'
import { LINGERING_BYTES_MAX, LINGERING_PER_IP_MAX } from '../limits.ts'
import type { Endpoint, Wire } from './contract.ts'
import { nodeSockets } from './nodeSockets.ts'

const LOOPBACK: Endpoint = { ip: parseIp('127.0.0.1'), port: 0 }
const NOTHING = { received: () => undefined, drained: () => undefined, ended: () => undefined }

/** Looks again and again, for no longer than any of these tests takes. */
async function until(isSo: () => boolean, looksMax = 3000): Promise<void> {
  for (let looks = 0; !isSo(); looks++) {
    assert.ok(looks < looksMax, 'it never comes to pass')
    await setTimeout(1)
  }
}

function socketsOfProcess(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}

/** A listener, what it does with who comes, and strangers who never hang up by themselves. */
class Door {
  readonly wires: Wire[] = []
  readonly #strangers: net.Socket[] = []
  readonly #ended = new Set<net.Socket>()
  readonly #listening: { close(): void }
  readonly #ready: Promise<Endpoint>
  overrunCount = 0

  constructor(socketsMax: number | undefined, accepted: (wire: Wire) => void) {
    const { promise, resolve, reject } = Promise.withResolvers<Endpoint>()
    this.#ready = promise
    const events = {
      ready: resolve,
      failed: reject,
      accepted: (wire: Wire) => {
        this.wires.push(wire)
        accepted(wire)
      },
      overrun: () => void this.overrunCount++,
    }
    this.#listening = nodeSockets.listen(
      LOOPBACK,
      events,
      socketsMax === undefined ? undefined : { socketsMax },
    )
  }

  /** Somebody who keeps its half of the connection open, whatever happens. */
  async stranger(): Promise<net.Socket> {
    const { port } = await this.#ready
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    this.#strangers.push(socket)
    socket.on('error', () => undefined)
    socket.on('end', () => this.#ended.add(socket))
    socket.on('close', () => this.#ended.add(socket))
    socket.resume()
    await once(socket, 'connect')
    return socket
  }

  /** Waits until so many strangers have been hung up on. */
  async endedCount(count: number): Promise<void> {
    await until(() => this.#ended.size >= count)
  }

  /** Waits until this process has so many ends of connections to the strangers. */
  async openCount(count: number): Promise<void> {
    await until(() => this.open() === count)
  }

  /** Our ends of connections that still cost a descriptor. */
  open(): number {
    return socketsOfProcess() - this.#strangers.filter(({ destroyed }) => !destroyed).length
  }

  close(): void {
    this.#listening.close()
    for (const wire of this.wires) wire.cut()
    for (const socket of this.#strangers) socket.destroy()
  }
}

describe('a stranger who opens socket after socket', { timeout: 20_000 }, () => {
  // Those that other tests of this process have kept alive are closed after seconds.
  before(() => until(() => socketsOfProcess() === 0, 15_000))

  it('is turned away at once beyond the bound of all, and let in when there is room', async () => {
    const socketsMax = 3
    const door = new Door(socketsMax, (wire) => wire.open(NOTHING))
    for (let i = 0; i < socketsMax; i++) await door.stranger()
    await door.openCount(socketsMax)
    assert.equal(door.overrunCount, 0)
    await door.stranger()
    await door.endedCount(1)
    assert.deepEqual([door.wires.length, door.open(), door.overrunCount], [3, 3, 1])
    door.wires[0]!.cut()
    await door.openCount(2)
    await door.stranger()
    await door.openCount(3)
    door.close()
  })

  it('leaves no socket behind where it is refused before anything was said', async () => {
    const door = new Door(undefined, (wire) => wire.close())
    for (let i = 0; i < 10; i++) await door.stranger()
    await door.endedCount(10)
    assert.equal(door.open(), 0)
    door.close()
  })

  it('leaves no socket behind where it is cut off, whatever was said', async () => {
    const door = new Door(undefined, (wire) => {
      wire.open(NOTHING)
      wire.write(Uint8Array.of(1))
      wire.cut()
    })
    for (let i = 0; i < 10; i++) await door.stranger()
    await door.endedCount(10)
    assert.equal(door.open(), 0)
    door.close()
  })

  it('keeps so many open that we have closed, and not one more', async () => {
    const door = new Door(undefined, (wire) => {
      wire.open(NOTHING)
      wire.write(Uint8Array.of(1))
      wire.close()
    })
    for (let i = 0; i < LINGERING_PER_IP_MAX; i++) await door.stranger()
    await door.endedCount(LINGERING_PER_IP_MAX)
    assert.equal(door.open(), LINGERING_PER_IP_MAX)
    await door.stranger()
    await door.endedCount(LINGERING_PER_IP_MAX + 1)
    assert.equal(door.open(), LINGERING_PER_IP_MAX)
    door.close()
  })

  it('is cut off when it sends on after we have closed, beyond the bound', async () => {
    const door = new Door(undefined, (wire) => {
      wire.open(NOTHING)
      wire.write(Uint8Array.of(1))
      wire.close()
    })
    const stranger = await door.stranger()
    await door.endedCount(1)
    await new Promise((resolve) => stranger.write(new Uint8Array(LINGERING_BYTES_MAX), resolve))
    assert.equal(door.open(), 1)
    stranger.write(Uint8Array.of(1))
    await door.openCount(0)
    door.close()
  })
})
