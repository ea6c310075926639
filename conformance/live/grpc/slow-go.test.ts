import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { toUtf8 } from '@wadi/base/bytes'
import { type CodedError, UnavailableError } from '@wadi/base/errors'
import { Channel } from '@wadi/grpc/channel'
import { createClient } from '@wadi/grpc/client'
import { buildProgram } from '../cbor/oracle.ts'
import { GoPeer } from '../comet-p2p/goPeer.ts'
import {
  Echo,
  PROCESS_CLOCK,
  PROCESS_TIMERS,
  serveEcho,
  socketPath,
  WATCHED_COUNT,
} from './echoService.ts'

const program = buildProgram(import.meta.dirname)
const SIZES = [0, 1, 200, 16_384, 1_000_000, 104_857_600]
const MALFORMED = 'cbor: malformed item: initial byte 255: at $, byte 1'
const CODED_DETAIL = Buffer.from(toUtf8('\u{0}dcode\u{a}fmoduledlive')).fill(0xa2, 0, 1)

function channelTo(path: string): Channel {
  return new Channel({ target: `unix:${path}`, clock: PROCESS_CLOCK, timers: PROCESS_TIMERS })
}

describe("Go's client of gRPC", { skip: program.missing }, () => {
  it('gets from our server what it gets from its own', async () => {
    const path = socketPath()
    let released = 0
    const server = await serveEcho(path, () => released++)
    const { stdout } = await promisify(execFile)(program.path, ['client', `unix:${path}`])
    await server.close(1000)
    const watched = (WATCHED_COUNT * (WATCHED_COUNT - 1) * 10) / 2
    assert.deepEqual(stdout.trim().split('\n'), [
      ...SIZES.map((size) => `echo-${size} 0 "" same=true`),
      'nothing 0 ""',
      'too-large 8 "grpc: received message larger than max (104857601 vs. 104857600)" same=false',
      `coded 2 "live: balance too low: ü 50%" =${CODED_DETAIL.toString('hex')} same=false`,
      'plain 2 "live: has no code" same=false',
      'status 5 "not here" same=false',
      `bad-cbor 13 "grpc: error unmarshalling request: ${MALFORMED}" same=false`,
      'missing 12 "method Missing not implemented" same=false',
      'no-method 12 "unknown method Nowhere for service oasis-core.Test" same=false',
      'no-service 12 "unknown service oasis-core.Nobody" same=false',
      'no-path 12 "malformed method name: \\"/Echo\\"" same=false',
      'compressed 12 "grpc: Decompressor is not installed for grpc-encoding \\"gzip\\"" same=false',
      'late 4 "context deadline exceeded"',
      `watch 0 "" count=${WATCHED_COUNT} total=${watched}`,
      'watch-fails 2 "live: has no code" count=0 total=0',
      'done',
    ])
    // The call that was too late, and the stream.
    assert.equal(released, 2)
    assert.equal(server.heldBytes, 0)
  })
})

describe("Go's server of gRPC", { skip: program.missing }, () => {
  it('gives our client what it gives its own', async () => {
    const path = socketPath()
    await using go = new GoPeer(program.path, 'server', path)
    await go.hear(/^listening/)
    const channel = channelTo(path)
    const client = createClient(channel, Echo)
    for (const size of SIZES) {
      const request = Buffer.alloc(size, 9)
      assert.ok(request.equals(await client.Echo(request)))
    }
    await assert.rejects(client.Fail(''), (error: CodedError) => {
      assert.deepEqual([error.module, error.code], ['staking', 10])
      return error.message === 'staking: balance too low: ü 50%'
    })
    await assert.rejects(client.Missing(), { reason: 'grpc.notFound', message: 'not here' })
    await assert.rejects(client.FailWatching().next(), { reason: 'grpc.unimplemented' })
    let count = 0
    for await (const message of client.Watch()) assert.equal(message.length, 10 * count++)
    assert.equal(count, WATCHED_COUNT)
    channel.close()
  })

  it('hears from our client that nobody waits any more', async () => {
    const path = socketPath()
    await using go = new GoPeer(program.path, 'server', path)
    await go.hear(/^listening/)
    const channel = channelTo(path)
    const client = createClient(channel, Echo)
    // What ends before there is a connection, a server never hears of.
    await client.Echo(new Uint8Array(0))
    const late = client.Wait(undefined, { timeoutMs: 20 })
    await assert.rejects(late, { reason: 'grpc.deadlineExceeded' })
    await go.hear(/^released/)
    const abort = new AbortController()
    const canceled = client.Wait(undefined, { signal: abort.signal })
    await client.Echo(new Uint8Array(0))
    abort.abort()
    await assert.rejects(canceled, UnavailableError)
    await go.hear(/^released/)
    channel.close()
  })
})
