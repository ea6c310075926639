import assert from 'node:assert/strict'
import { request } from 'node:https'
import { describe, it } from 'node:test'
import { concatBytes, equalBytes, parseHex, toHex } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import { Channel } from '@wadi/grpc/channel'
import { createClient } from '@wadi/grpc/client'
import { GrpcServer } from '@wadi/grpc/server'
import { statusError } from '@wadi/grpc/status'
import { type KeyPair, keyPairOfSeed } from '@wadi/node-crypto/keys/keyFile'
import { encodePem } from '@wadi/node-crypto/keys/pem'
import {
  checkPeerCertificate,
  createCertificate,
  validityFrom,
} from '@wadi/node-crypto/tls/certificate'
import { Echo, echoService, PROCESS_CLOCK, PROCESS_TIMERS } from './echoService.ts'

const [NODE, FRIEND, STRANGER] = [1, 2, 3].map((byte) =>
  keyPairOfSeed(new Uint8Array(32).fill(byte)),
) as [KeyPair, KeyPair, KeyPair]

/** PKCS #8 of an Ed25519 key up to the seed (RFC 8410, section 7). */
const PREFIX = parseHex('302e020100300506032b657004220420')

/** A key and its certificate, as a node has them. */
function credentials(pair: KeyPair) {
  const certificate = createCertificate(pair, validityFrom(Date.now()))
  return {
    key: encodePem('PRIVATE KEY', concatBytes(PREFIX, pair.seed.reveal())),
    certificate: encodePem('CERTIFICATE', certificate),
  }
}

/** Takes a server for the node if it has its key. */
function verify(certificate: Uint8Array): void {
  const key = checkPeerCertificate(certificate, Date.now())
  if (!equalBytes(key, NODE.publicKey)) throw statusError('unauthenticated', 'another node')
}

/** A node that lets everybody echo, and its friends do the rest. */
async function serveNode(pair: KeyPair) {
  const server = await GrpcServer.listen({
    listen: {
      kind: 'tcp',
      host: '127.0.0.1',
      port: 0,
      tls: { ...credentials(pair), clients: 'asked' },
      web: { origins: [] },
    },
    implementations: [echoService(() => undefined)],
    authorize: ({ path, peer }) => {
      if (path.endsWith('/Echo')) return
      const { certificate } = peer
      const key = certificate && checkPeerCertificate(certificate, Date.now())
      if (key === undefined || !equalBytes(key, FRIEND.publicKey))
        throw statusError('permissionDenied', `not for ${key === undefined ? 'you' : toHex(key)}`)
    },
    clock: PROCESS_CLOCK,
    timers: PROCESS_TIMERS,
    logger: createLogger('grpc', SILENT),
    onFailure: (error) => {
      throw error
    },
  })
  const channels: Channel[] = []
  const clientOf = (own?: KeyPair) => {
    const tls = { verify, ...(own === undefined ? {} : credentials(own)) }
    const target = `127.0.0.1:${server.port}`
    const channel = new Channel({ target, tls, clock: PROCESS_CLOCK, timers: PROCESS_TIMERS })
    channels.push(channel)
    return createClient(channel, Echo)
  }
  const dispose = async () => {
    for (const channel of channels) channel.close()
    await server.close(1000)
  }
  return { clientOf, port: server.port, [Symbol.asyncDispose]: dispose }
}

describe('nodes that know each other by their keys', () => {
  it('let those call that may, by the key of their certificate', async () => {
    await using node = await serveNode(NODE)
    for (const own of [undefined, FRIEND, STRANGER]) {
      const answer = await node.clientOf(own).Echo(Uint8Array.of(1))
      assert.deepEqual(new Uint8Array(answer), Uint8Array.of(1))
    }
    await assert.rejects(node.clientOf().Missing(), { message: 'not for you' })
    const refused = { message: `not for ${toHex(STRANGER.publicKey)}` }
    await assert.rejects(node.clientOf(STRANGER).Missing(), refused)
    // It comes as far as the method, which is none.
    await assert.rejects(node.clientOf(FRIEND).Missing(), { reason: 'grpc.unimplemented' })
  })

  it('have gRPC-web on the same port, over HTTP/1.1', async () => {
    await using node = await serveNode(NODE)
    const answer = await new Promise<{ status: number | undefined; body: Buffer }>((resolve) => {
      const asking = request(
        {
          host: '127.0.0.1',
          port: node.port,
          path: '/oasis-core.Test/Echo',
          method: 'POST',
          headers: { 'content-type': 'application/grpc-web' },
          rejectUnauthorized: false,
          agent: false,
        },
        (response) => {
          const parts: Buffer[] = []
          response.on('data', (part: Buffer) => parts.push(part))
          response.on('end', () => {
            resolve({ status: response.statusCode, body: Buffer.concat(parts) })
          })
        },
      )
      asking.end(Uint8Array.of(0, 0, 0, 0, 1, 7))
    })
    assert.equal(answer.status, 200)
    assert.deepEqual([...answer.body.subarray(0, 6)], [0, 0, 0, 0, 1, 7])
    assert.match(answer.body.subarray(11).toString(), /^grpc-status: 0/)
  })

  it('do not talk to another node in its place', async () => {
    await using node = await serveNode(STRANGER)
    await assert.rejects(node.clientOf().Echo(Uint8Array.of(1)), {
      reason: 'grpc.unavailable',
      message: /cannot reach .*: another node$/,
    })
  })
})
