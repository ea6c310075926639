/** What strangers can do to a node that is reached from outside, and what it costs. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { toBase64, toUtf8 } from '@wadi/base/bytes'
import { SeededRandom } from '@wadi/base/random'
import * as beacon from '@wadi/consensus/beacon/api'
import * as churp from '@wadi/consensus/churp/api'
import * as consensus from '@wadi/consensus/consensus/api'
import * as control from '@wadi/consensus/control/api'
import * as governance from '@wadi/consensus/governance/api'
import * as keymanager from '@wadi/consensus/keymanager/api'
import * as registry from '@wadi/consensus/registry/api'
import * as roothash from '@wadi/consensus/roothash/api'
import * as scheduler from '@wadi/consensus/scheduler/api'
import * as staking from '@wadi/consensus/staking/api'
import * as vault from '@wadi/consensus/vault/api'
import type { RawClient } from '@wadi/grpc/testing/raw-client'
import { AttackedNode } from './testing/attackedNode.ts'

const MEGABYTE = 1_000_000
const RESOURCE_EXHAUSTED = '8'
const UNIMPLEMENTED = '12'
const folder = mkdtempSync(join(tmpdir(), 'wadi-attacked-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const isLinux = process.platform === 'linux'

const services = [beacon, churp, consensus, control, governance, keymanager, registry, roothash]
const tables: readonly object[] = [...services, scheduler, staking, vault].flatMap((each) =>
  Object.values(each),
)
const names = tables.flatMap((table) => Object.keys(table)).filter((name) => name.includes('/'))
const methods = names.map((name) => `/oasis-core.${name}`)
const admin = methods.filter((path) => /NodeController|DebugController/.test(path))
const HARMLESS = ['IsReady', 'IsSynced', 'WaitReady', 'WaitSync']

const frame = (body: Uint8Array, size = body.length): Uint8Array => {
  const head = new Uint8Array(5)
  new DataView(head.buffer).setUint32(1, size)
  return Buffer.concat([head, body])
}

/** Bytes that no request has: none of them is true, which would end the node. */
function malformed(): readonly Uint8Array[] {
  const random = new SeededRandom(7n)
  const deep = new Uint8Array(100_000).fill(0x81)
  const items = [[0x9b, ...new Array(8).fill(0xff)], [0xbf], [0x5f, 0x41], [0xa1, 0x61]]
  const huge = [0x5b, 0, 0, 0, 1, 0, 0, 0, 0]
  const noise = Array.from({ length: 6 }, (_, i) => random.bytes(1 + 20 * i))
  return [...[...items, huge].map((item) => Uint8Array.from(item)), deep, ...noise]
}

/** Each segment has padding of its own. */
function fromSegments(text: Uint8Array): Buffer {
  const groups = Buffer.from(text).toString('latin1').match(/.{4}/g) ?? []
  return Buffer.concat(groups.map((group) => Buffer.from(group, 'base64')))
}

/** The status of an answer, of gRPC or of gRPC-web in bytes or in text. */
async function statusOf(client: RawClient, path: string, body: Uint8Array, type: string) {
  const isText = type.endsWith('-text')
  const sent = isText ? toUtf8(toBase64(body)) : body
  // What is no mistake may be answered late, or never end.
  const headers = { 'content-type': type, 'grpc-timeout': '100m' }
  const { httpStatus, headers: told, body: said } = await client.ask(path, sent, headers)
  assert.equal(httpStatus, 200, path)
  const trailers = (isText ? fromSegments(said) : Buffer.from(said)).toString('latin1')
  const code = told['grpc-status'] ?? /grpc-status: (\d+)/.exec(trailers)?.[1]
  return { code, text: told['grpc-message'] ?? /grpc-message: (.*)/.exec(trailers)?.[1] ?? '' }
}

/** So many methods are asked at a time: a connection has 256 calls. */
const TOGETHER = 10

/** Asks every method with everything malformed: every call ends with a code. */
async function askBadly(client: RawClient, type: string): Promise<void> {
  const bodies = malformed()
  const askOne = async (path: string) => {
    const ends = await Promise.all(bodies.map((body) => statusOf(client, path, frame(body), type)))
    for (const { code } of ends) assert.match(code ?? 'none', /^\d+$/, path)
  }
  for (let i = 0; i < methods.length; i += TOGETHER)
    await Promise.all(methods.slice(i, i + TOGETHER).map(askOne))
}

/** Bytes that the node has more after something, when it has had time to let go. */
async function growth(node: AttackedNode, work: () => Promise<void>): Promise<number> {
  await node.checkWell()
  const { memoryBytes } = node
  await work()
  await node.checkWell()
  return node.memoryBytes - memoryBytes
}

const sockets: Socket[] = []
/** So many connections that are there. */
async function open(count: number, port: number, greeting: string): Promise<void> {
  const one = () =>
    new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => resolve())
      socket.on('close', () => resolve())
      socket.resume()
      socket.once('connect', () => socket.write(greeting, () => resolve()))
      sockets.push(socket)
    })
  for (let i = 0; i < count; i += 100) await Promise.all(Array.from({ length: 100 }, one))
}
const closeAll = () => {
  for (const socket of sockets.splice(0)) socket.destroy()
}

describe('Bad input from strangers', { skip: !isLinux }, () => {
  let node: AttackedNode

  before(async () => {
    node = await AttackedNode.start({ folder: join(folder, 'open'), timeoutCommitMs: 50n })
  })
  after(async () => {
    closeAll()
    await node.stop()
  })

  for (const type of ['application/grpc', 'application/grpc-web', 'application/grpc-web-text'])
    it(`malformed requests, ${type} with CBOR: every method ends with a code, in bounded memory`, async () => {
      using client = node.client()
      const grown = await growth(node, async () => {
        await askBadly(client, type)
      })
      assert.ok(grown < 100 * MEGABYTE, `${grown} bytes`)
      assert.equal(node.said, '')
    })

  it('malformed requests at the socket of the operator: the same', async () => {
    using client = node.client('socket')
    await askBadly(client, 'application/grpc')
    await node.checkWell()
    assert.equal(node.said, '')
  })

  it('empty requests at the socket of the operator: an upgrade of nothing is none', async () => {
    using client = node.client('socket')
    const path = '/oasis-core.NodeController/UpgradeBinary'
    const { text } = await statusOf(client, path, frame(new Uint8Array(0)), 'application/grpc')
    assert.match(text, /^upgrade: bad descriptor: /)
    await node.checkWell()
  })

  it('oversized requests: refused by their heads, or taking no more memory than what has come', async () => {
    using client = node.client()
    const path = '/oasis-core.Consensus/SubmitTx'
    const tooLarge = frame(new Uint8Array(10), 104_857_601)
    for (const type of ['application/grpc', 'application/grpc-web']) {
      const { code, text } = await statusOf(client, path, tooLarge, type)
      assert.equal(code, RESOURCE_EXHAUSTED)
      assert.match(text, /received message larger than max \(104857601 vs\. 104857600\)/)
    }
    const clients = [client, node.client(), node.client()]
    const grown = await growth(node, async () => {
      for (const each of clients)
        for (let i = 0; i < 200; i++)
          each.begin(path).write(frame(new Uint8Array(10_000), 104_857_600))
      await node.checkWell()
    })
    for (const each of clients) each[Symbol.dispose]()
    // 63 GB are announced, 6 MB have come.
    assert.ok(grown < 60 * MEGABYTE, `${grown} bytes`)
  })

  it('slowloris: a thousand who say their headers slowly cost little, and keep nobody waiting', async () => {
    const grown = await growth(node, async () => {
      await open(500, node.port, 'POST /x HTTP/1.1\r\nHost: x\r\nX-A: ')
      await open(500, node.port, 'PRI * HT')
      for (let i = 0; i < 20; i++) {
        for (const socket of sockets) socket.write('a')
        await sleep(10)
      }
    })
    closeAll()
    assert.ok(grown < 60 * MEGABYTE, `${grown} bytes`)
  })

  it('thousands of idle connections: they cost little, and keep nobody waiting', async () => {
    const grown = await growth(node, async () => {
      // The beginning of HTTP/2, and settings.
      const greeting = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'
      await open(3000, node.port, greeting)
      await node.checkWell()
    })
    const each = grown / 3000
    closeAll()
    assert.ok(each < 40_000, `${each} bytes each`)
  })

  it('vanished stream clients: a thousand leave nothing', async () => {
    const watchAndVanish = async () => {
      for (let i = 0; i < 20; i++) {
        const client = node.client()
        const begun = Array.from({ length: 50 }, () => {
          const stream = client.begin('/oasis-core.Consensus/WatchBlocks')
          stream.end(frame(Uint8Array.of(0xf6)))
          stream.resume()
          return new Promise((resolve) => stream.once('response', resolve).once('close', resolve))
        })
        await Promise.all(begun)
        client[Symbol.dispose]()
      }
    }
    await watchAndVanish()
    const grown = await growth(node, watchAndVanish)
    assert.ok(grown < 40 * MEGABYTE, `${grown} bytes`)
  })

  it('admin methods are never on a public listener', async () => {
    using client = node.client()
    using own = node.client('socket')
    const types = ['application/grpc', 'application/grpc-web', 'application/grpc-web-text']
    let hidden = 0
    for (const path of admin) {
      if (HARMLESS.some((name) => path.endsWith(`/${name}`))) continue
      hidden++
      for (const type of types)
        for (const body of [[], [0xf6], [0xf5]]) {
          const { code } = await statusOf(client, path, frame(Uint8Array.from(body)), type)
          assert.equal(code, UNIMPLEMENTED, path)
        }
      const garbage = frame(Uint8Array.of(0xff))
      if (path.endsWith('GetStatus')) continue
      // It is there for the operator.
      const { code } = await statusOf(own, path, garbage, 'application/grpc')
      assert.notEqual(code, UNIMPLEMENTED, path)
    }
    assert.equal(hidden, 7)
    await node.checkWell()
  })
})

describe('Bad input from strangers: where a process may have few files open', {
  skip: !isLinux,
}, () => {
  it('thousands of idle connections leave enough for the disk', async () => {
    const node = await AttackedNode.start({
      folder: join(folder, 'few'),
      timeoutCommitMs: 50n,
      openFiles: 400,
    })
    await open(1000, node.port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0')
    for (let i = 0; i < 3; i++) await node.checkWell()
    const own = node.client('socket')
    const { code } = await statusOf(
      own,
      '/oasis-core.NodeController/IsSynced',
      frame(new Uint8Array(0)),
      'application/grpc',
    )
    assert.equal(code, '0')
    own[Symbol.dispose]()
    closeAll()
    await node.stop()
  })
})
