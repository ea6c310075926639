import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { SeededRandom } from '@wadi/base/random'
import { nodeSockets } from '@wadi/comet-p2p/node-sockets'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import type { SignAnswer } from '@wadi/engine/private-validator'
import { RemoteSigner } from '@wadi/engine/remote-signer'
import { type KeyPair, keyPairOfSeed } from '@wadi/node-crypto/keys/keyFile'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { parseIp } from '@wadi/primitives/ip'
import { PublicKey } from '@wadi/primitives/publicKey'
import { stockDialect } from '@wadi/tendermint/dialect'
import type { Vote } from '@wadi/tendermint/types/vote'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { SIGNER_CONNECTIONS_MAX } from './limits.ts'
import { signerIn } from './nodeKeys.ts'
import { SECRET_ALGORITHMS } from './nodeNetwork.ts'
import { processRandom } from './processWorld.ts'
import { openSignerPort, type SignerPort } from './signerPort.ts'
import { DialingSigner } from './testing/dialingSigner.ts'

const CHAIN = 'chain'
const [KEY, NODE, CONNECTION, OTHER] = [1, 2, 3, 4].map((number) =>
  keyPairOfSeed(new Uint8Array(32).fill(number)),
) as [KeyPair, KeyPair, KeyPair, KeyPair]
const HASH = new Uint8Array(32).fill(9)

function voteAt(height: bigint): Vote {
  return {
    type: 'prevote',
    height,
    round: 0,
    blockId: { hash: HASH, partSetHeader: { total: 1, hash: HASH } },
    timestamp: { seconds: 7n, nanoseconds: 0 },
    validatorAddress: validatorAddress(KEY.publicKey),
    validatorIndex: 0,
    signature: EMPTY_BYTES,
  }
}

/** A node's port, and a validator whose key is elsewhere. */
async function scene(connectionKey?: Uint8Array) {
  const log = new MemoryLog()
  const world = { timers: nodeTimers, log: createLogger('signer', log.sink) }
  const dialect = stockDialect
  const files = new MemoryFiles()
  files.makeFolder('signer')
  const signer = new RemoteSigner({
    ...world,
    files,
    folder: 'signer',
    publicKey: PublicKey.check(KEY.publicKey),
    dialect,
    chainId: CHAIN,
  })
  const port: SignerPort = await openSignerPort({
    ...world,
    signer,
    connectionKey,
    endpoint: { ip: parseIp('127.0.0.1'), port: 0 },
    algorithms: SECRET_ALGORITHMS,
    key: { publicKey: NODE.publicKey, sign: signerIn(dialect, NODE) },
    dialect,
    sockets: nodeSockets,
    random: processRandom,
  })
  const { endpoint } = port
  const dial = (by: KeyPair) =>
    new DialingSigner({ endpoint, key: KEY, connectionKey: by, dialect })
  const ask = (height: bigint) =>
    new Promise<SignAnswer<Vote>>((resolve) => signer.signVote(CHAIN, voteAt(height), resolve))
  const close = () => {
    port.close()
    signer.close()
  }
  return { dial, ask, close, endpoint, log, signer }
}

describe('the port of a signer elsewhere', () => {
  it('lets a signer in, who sees the key of the node, and one after the other signs', async () => {
    const { dial, ask, close } = await scene()
    const first = dial(CONNECTION)
    const signed = await ask(4n)
    assert.equal(signed.kind, 'signed')
    assert.deepEqual(first.remoteKey, NODE.publicKey)
    assert.deepEqual(first.asked, ['key-request', 'vote-request'])
    // Who comes later is sent away while the first is there, and is let in when it is gone.
    await dial(OTHER).ended
    assert.equal((await ask(5n)).kind, 'signed')
    assert.equal(first.asked.length, 3)
    first.hangUp()
    await dialUntil(ask(6n), () => dial(OTHER))
    close()
  })

  it('lets in only the key that the operator names, also in the place of one before', async () => {
    const { dial, ask, close, log } = await scene(CONNECTION.publicKey)
    await dial(OTHER).ended
    assert.match(log.records[0]!.sentence, /another key/)
    const first = dial(CONNECTION)
    assert.equal((await ask(4n)).kind, 'signed')
    dial(CONNECTION)
    await first.ended
    assert.equal((await ask(5n)).kind, 'signed')
    close()
  })

  it('hangs up on whatever is no signer, and on too many', async () => {
    const { dial, ask, close, endpoint } = await scene(CONNECTION.publicKey)
    const random = new SeededRandom(1n)
    for (const size of [1, 3, 40, 3_000]) {
      const stranger = dial(OTHER)
      stranger.say(random.bytes(size))
      await stranger.ended
    }
    const silent = Array.from({ length: SIGNER_CONNECTIONS_MAX + 1 }, () => connectOnly(endpoint))
    assert.equal(await Promise.race(silent.map(({ ended }) => ended)), 'ended')
    for (const { hangUp } of silent) hangUp()
    await dialUntil(ask(4n), () => dial(CONNECTION))
    close()
  })

  it('says in words when it is not to be had', async () => {
    const { endpoint, close, signer } = await scene()
    const options = {
      signer,
      connectionKey: undefined,
      endpoint,
      algorithms: SECRET_ALGORITHMS,
      key: { publicKey: NODE.publicKey, sign: signerIn(stockDialect, NODE) },
      dialect: stockDialect,
      sockets: nodeSockets,
      timers: nodeTimers,
      random: processRandom,
      log: createLogger('signer', new MemoryLog().sink),
    }
    await assert.rejects(openSignerPort(options), UnavailableError)
    close()
  })
})

/** Dials again while the node still thinks of who is gone. */
async function dialUntil(
  asked: Promise<SignAnswer<Vote>>,
  dial: () => DialingSigner,
): Promise<void> {
  for (;;) {
    const answer = await Promise.race([dial().ended, asked])
    if (answer === undefined) continue
    assert.equal(answer.kind, 'signed')
    return
  }
}

/** Somebody who connects and says nothing. */
function connectOnly(endpoint: SignerPort['endpoint']) {
  let hangUp: (() => void) | undefined
  const ended = new Promise<string>((resolve) => {
    nodeSockets.dial(endpoint, (result) => {
      if (result.kind === 'failed') return
      const { wire } = result
      hangUp = () => wire.close()
      const ignore = () => undefined
      wire.open({ received: ignore, drained: ignore, ended: () => resolve('ended') })
    })
  })
  return { ended, hangUp: () => hangUp?.() }
}
