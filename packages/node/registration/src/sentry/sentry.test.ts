import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { parseHex, toBase64, toHex } from '@wadi/base/bytes'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { formatMetrics } from '@wadi/base/prometheusText'
import { decodeRpc, encode } from '@wadi/cbor/codec'
import { Channel } from '@wadi/grpc/channel'
import { countClients } from '@wadi/grpc/metrics'
import type { GrpcServer } from '@wadi/grpc/server'
import { keyPairOfSeed } from '@wadi/node-crypto/keys/keyFile'
import { createCertificate, validityFrom } from '@wadi/node-crypto/tls/certificate'
import { type TlsIdentity, tlsPemOf } from '@wadi/node-crypto/tls/tlsKeyFile'
import { type ConsensusAddress, parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'
import { SENTRY_ANSWER_BYTES_MAX, SENTRY_MS_MAX, SENTRY_QUESTION_BYTES_MAX } from '../limits.ts'
import { TestTime } from '../testing/testTime.ts'
import { askSentries, parseSentry, type SentryPlace } from './sentryClient.ts'
import { serveSentry } from './sentryServer.ts'
import { SentryAddresses } from './sentryService.ts'

const time = new TestTime()
const log = new MemoryLog()
const world = { clock: time.clock, timers: time, log: createLogger('sentry', log.sink) }
const HOST = '127.0.0.1'

function identity(name: number): TlsIdentity {
  const key = keyPairOfSeed(new Uint8Array(32).fill(name))
  return { key, certificate: createCertificate(key, validityFrom(time.clock.unixMs())) }
}

const [sentryTls, nodeTls, otherTls] = [identity(1), identity(2), identity(3)] as const
const keyOf = ({ key }: TlsIdentity) => PublicKey.check(key.publicKey)
const addresses: readonly ConsensusAddress[] = [
  { id: keyOf(otherTls), address: parseNodeAddress('1.2.3.4:26656') },
]

describe('what a sentry says', () => {
  it('is on the wire as the reference has it', () => {
    // Made with the types of oasis-core 26.1 (go/sentry/api).
    const wire =
      'a169636f6e73656e73757381a26269645820ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d167616464726573' +
      '73a36249505000000000000000000000ffff0102030464506f7274196820645a6f6e6560'
    assert.equal(toHex(encode(SentryAddresses, { consensus: addresses })), wire)
    assert.deepEqual(decodeRpc(SentryAddresses, parseHex(wire)), { consensus: addresses })
    assert.equal(
      toHex(encode(SentryAddresses, { consensus: undefined })),
      'a169636f6e73656e737573f6',
    )
  })
})

describe('a node and its sentries', () => {
  let server: GrpcServer
  let sentry: SentryPlace
  let told = addresses
  const fatal: unknown[] = []

  before(async () => {
    server = await serveSentry({
      port: 0,
      host: HOST,
      tls: sentryTls,
      authorizedKeys: [keyOf(nodeTls)],
      addresses: async () => told,
      world,
      onFatal: (error) => fatal.push(error),
    })
    sentry = { key: keyOf(sentryTls), target: `${HOST}:${server.port}` }
  })
  after(async () => {
    const closed = server.close(1)
    await time.advance(1)
    await closed
    assert.deepEqual(fatal, [])
  })

  const ask = (sentries: readonly SentryPlace[], tls = nodeTls) => {
    return askSentries({ sentries, tls, world })
  }
  const why = () => String(log.records.at(-1)?.fields['why'])

  it('have the node told where the sentries are, in their order', async () => {
    assert.deepEqual(await ask([sentry, sentry]), [...addresses, ...addresses])
  })

  it('are counted as the calls of a client', async () => {
    const registry = new MetricsRegistry()
    const counted = { ...world, calls: countClients(registry) }
    await askSentries({ sentries: [sentry], tls: nodeTls, world: counted })
    assert.match(
      formatMetrics(registry.collect()),
      /^oasis_grpc_client_calls\{call="\/oasis-core\.Sentry\/GetAddresses"\} 1$/m,
    )
  })

  it('tell nothing to whom the sentry does not know', async () => {
    assert.deepEqual(await ask([sentry], otherTls), [])
    assert.match(why(), /bad public key/)
    const channel = new Channel({
      target: sentry.target,
      tls: { verify: () => undefined },
      ...world,
    })
    const path = '/oasis-core.Sentry/GetAddresses'
    await assert.rejects(channel.unary(path, Uint8Array.of(0xf6)), {
      reason: 'grpc.permissionDenied',
    })
    channel.close()
  })

  it('tell nothing to who shows a certificate that is not one of a node', async () => {
    const late = validityFrom(time.clock.unixMs() + 86_400_000)
    const certificate = createCertificate(nodeTls.key, late)
    assert.deepEqual(await ask([sentry], { ...nodeTls, certificate }), [])
    assert.match(why(), /not valid at this time/)
  })

  it('do not believe who has another key', async () => {
    assert.deepEqual(await ask([{ ...sentry, key: keyOf(otherTls) }]), [])
    assert.match(why(), /another key/)
  })

  it('do without a sentry that is away, or does not answer', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => {
      silent.listen(0, HOST, resolve)
    })
    const { port } = silent.address() as { readonly port: number }
    const connected = new Promise((resolve) => silent.once('connection', resolve))
    const asked = ask([{ ...sentry, target: `${HOST}:${port}` }])
    await connected
    await time.advance(SENTRY_MS_MAX)
    assert.deepEqual(await asked, [])
    silent.close()
    assert.deepEqual(await ask([{ ...sentry, target: `${HOST}:1` }, sentry]), addresses)
  })

  it('survive that a connection is given up in the moment in which it is there', async () => {
    const tls = { verify: () => channel.close() }
    const channel = new Channel({ target: sentry.target, tls, ...world })
    const asked = channel.unary('/oasis-core.Sentry/GetAddresses', Uint8Array.of(0xf6))
    await assert.rejects(asked, { reason: 'grpc.unavailable' })
  })

  it('have questions whose size is bounded', async () => {
    const tls = { ...tlsPemOf(nodeTls), verify: () => undefined }
    const channel = new Channel({ target: sentry.target, tls, ...world })
    const path = '/oasis-core.Sentry/GetAddresses'
    const sized = (size: number) => channel.unary(path, new Uint8Array(size))
    assert.ok((await sized(SENTRY_QUESTION_BYTES_MAX)).length > 0)
    await assert.rejects(sized(SENTRY_QUESTION_BYTES_MAX + 1), {
      reason: 'grpc.resourceExhausted',
    })
    channel.close()
  })

  it('have answers whose size is bounded', async () => {
    const [address] = addresses
    const padded = (size: number) => {
      const zone = 'z'.repeat(size)
      return [{ ...address!, address: { ...address!.address, zone } }]
    }
    const sizeOf = (consensus: readonly ConsensusAddress[]) =>
      encode(SentryAddresses, { consensus }).length
    const padding = SENTRY_ANSWER_BYTES_MAX - (sizeOf(padded(50_000)) - 50_000)
    assert.equal(sizeOf(padded(padding)), SENTRY_ANSWER_BYTES_MAX)
    told = padded(padding)
    assert.deepEqual(await ask([sentry]), told)
    told = padded(padding + 1)
    assert.deepEqual(await ask([sentry]), [])
    told = addresses
  })

  it('are written with the key of the sentry', () => {
    const key = toBase64(sentry.key)
    assert.deepEqual(parseSentry(`${key}@${sentry.target}`), sentry)
    for (const text of [sentry.target, `${key}@`, `${key}@host`, `AAAA@${sentry.target}`])
      assert.throws(() => parseSentry(text), { reason: 'sentry.malformed' })
  })
})
