import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { EMPTY_BYTES } from '@wadi/base/bytes'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { signMessage } from '@wadi/crypto/ed25519/sign'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { PublicKey } from '@wadi/primitives/publicKey'
import { decode, decodeDelimited, encode, encodeDelimited } from '@wadi/protobuf/codec'
import { stockDialect } from '@wadi/tendermint/dialect'
import { testKey } from '@wadi/tendermint/testing/signedChain'
import type { Proposal } from '@wadi/tendermint/types/proposal'
import { Vote } from '@wadi/tendermint/types/vote'
import fc from 'fast-check'
import {
  SIGN_REQUESTS_MAX,
  SIGN_TIMEOUT_MS,
  SIGNER_MESSAGE_BYTES_MAX,
  SIGNER_PING_MS,
  SIGNER_WHY_SIZE_MAX,
} from './limits.ts'
import type { SignAnswer } from './privateValidator.ts'
import { RemoteSigner, type SignerLink } from './remoteSigner.ts'
import { SignerMessage } from './signerMessages.ts'
import { listenForSigner } from './signerSocket.ts'
import { honestAnswer } from './testing/honestAnswer.ts'

const CHAIN = 'chain'
const KEY = testKey(1)
const HASH = new Uint8Array(32).fill(9)
const BLOCK = { hash: HASH, partSetHeader: { total: 1, hash: HASH } }
const TIME = { seconds: 7n, nanoseconds: 0 }

function voteAt(height: number, round = 0, type: Vote['type'] = 'prevote'): Vote {
  return {
    type,
    height: BigInt(height),
    round,
    blockId: BLOCK,
    timestamp: TIME,
    validatorAddress: KEY.address,
    validatorIndex: 0,
    signature: EMPTY_BYTES,
  }
}

const PROPOSAL: Proposal = {
  height: 4n,
  round: 1,
  polRound: -1,
  blockId: BLOCK,
  timestamp: TIME,
  signature: EMPTY_BYTES,
}

const answerOf = (said: SignerMessage, key = KEY): SignerMessage =>
  honestAnswer(said, {
    publicKey: key.publicKey,
    sign: (message) => signMessage(key, stockDialect.prehash(message)),
  })

/** A connection whose other end answers when the test says so. */
class FakeLink implements SignerLink {
  readonly asked: SignerMessage[] = []
  isOpen = true
  readonly #signer: RemoteSigner

  constructor(signer: RemoteSigner) {
    this.#signer = signer
    signer.attach(this)
  }

  send(message: SignerMessage): void {
    this.asked.push(message)
  }

  close(): void {
    this.isOpen = false
  }

  say(message: SignerMessage): void {
    this.#signer.receive(this, encode(SignerMessage, message))
  }

  /** Answers what was asked first. */
  answer(change: (message: SignerMessage) => SignerMessage = (message) => message): void {
    const said = this.asked.shift()
    assert.ok(said !== undefined, 'something was asked')
    this.say(change(answerOf(said)))
  }
}

function scene(files = new MemoryFiles()) {
  const timers = new VirtualTime()
  const log = new MemoryLog()
  const signer = new RemoteSigner({
    files,
    folder: 'keys',
    publicKey: PublicKey.check(KEY.publicKey),
    dialect: stockDialect,
    chainId: CHAIN,
    timers,
    log: createLogger('signer', log.sink),
  })
  const answers: string[] = []
  const ask = (vote: Vote, name = `${vote.type} ${vote.height}/${vote.round}`) =>
    signer.signVote(CHAIN, vote, (answer: SignAnswer<Vote>) => {
      answers.push(answer.kind === 'signed' ? `${name} signed` : `${name}: ${answer.why}`)
    })
  const connect = () => {
    const link = new FakeLink(signer)
    link.answer()
    return link
  }
  return { timers, log, signer, answers, ask, connect, files }
}

describe('a signer elsewhere', () => {
  it('signs what it is asked, one after the other, and keeps what was signed', () => {
    const { signer, connect, ask, answers, files } = scene()
    const link = connect()
    ask(voteAt(4))
    ask(voteAt(4, 0, 'precommit'))
    signer.signProposal(CHAIN, PROPOSAL, ({ kind }) => answers.push(`proposal ${kind}`))
    assert.equal(link.asked.length, 1, 'one request is under way')
    for (let i = 0; i < 3; i++) link.answer()
    assert.deepEqual(answers, ['prevote 4/0 signed', 'precommit 4/0 signed', 'proposal signed'])
    assert.equal(signer.lastSignedHeight, 4n)
    signer.close()
    const again = scene(files)
    assert.equal(again.signer.lastSignedHeight, 4n)
    again.ask(voteAt(3))
    assert.deepEqual(again.answers, ['prevote 3/0: height-regression'], 'without asking anybody')
  })

  it('says the same again without being asked again, with its first time', () => {
    const { connect, ask, answers, signer } = scene()
    const link = connect()
    ask(voteAt(4))
    link.answer()
    const later = { ...voteAt(4), timestamp: { seconds: 9n, nanoseconds: 0 } }
    signer.signVote(CHAIN, later, (answer) => {
      assert.ok(answer.kind === 'signed')
      assert.deepEqual(answer.signed.timestamp, TIME)
    })
    ask({ ...voteAt(4), blockId: undefined })
    assert.deepEqual(answers.slice(1), ['prevote 4/0: conflicting-message'])
    assert.deepEqual(link.asked, [])
  })

  it('that never answers is refused for after a while, and its connection given up', () => {
    const { connect, ask, answers, timers } = scene()
    const link = connect()
    ask(voteAt(4))
    timers.advance(SIGN_TIMEOUT_MS - 1)
    assert.deepEqual(answers, [])
    timers.advance(1)
    assert.deepEqual(answers, ['prevote 4/0: the signer did not answer in time'])
    assert.ok(!link.isOpen)
    link.answer()
    assert.equal(answers.length, 1, 'late answers are not heard')
  })

  it('whose answer comes late is not taken to have answered the next request', () => {
    const { connect, ask, answers, timers } = scene()
    const slow = connect()
    ask(voteAt(4))
    timers.advance(SIGN_TIMEOUT_MS - 10)
    ask(voteAt(4, 1))
    timers.advance(10)
    const next = connect()
    slow.answer()
    assert.deepEqual(answers, ['prevote 4/0: the signer did not answer in time'])
    next.answer()
    assert.equal(answers[1], 'prevote 4/1 signed')
  })

  it('that answers twice, or unasked, or something else, is hung up on', () => {
    for (const extra of [
      answerOf({ kind: 'vote-request', body: { vote: voteAt(4), chainId: CHAIN } }),
      answerOf({ kind: 'ping', body: {} }),
      { kind: 'ping', body: {} } as const,
    ]) {
      const { connect, ask, answers } = scene()
      const link = connect()
      ask(voteAt(4))
      link.answer()
      link.say(extra)
      assert.ok(!link.isOpen)
      assert.deepEqual(answers, ['prevote 4/0 signed'])
    }
    const { connect, ask, answers } = scene()
    const link = connect()
    ask(voteAt(4))
    link.say({ kind: 'pong', body: {} })
    assert.ok(!link.isOpen)
    connect().answer()
    assert.deepEqual(answers, ['prevote 4/0 signed'], 'the next signer is asked')
  })

  it('is not believed when it signs wrongly, or something else, or says why not', () => {
    const lies: readonly (readonly [string, (vote: Vote) => Partial<Vote> | string])[] = [
      ['the signature of the signer is wrong', () => ({ signature: new Uint8Array(64) })],
      ['the signature of the signer is wrong', () => ({ signature: EMPTY_BYTES })],
      [
        'the signature of the signer is wrong',
        () => ({ timestamp: { seconds: 8n, nanoseconds: 0 } }),
      ],
      ['the signer signed something else', () => ({ round: 7 })],
      ['the signer signed something else', () => ({ blockId: undefined })],
      ['the signer signed something else', () => ({ type: 'precommit' })],
      ['no', () => 'no'],
      ['x'.repeat(SIGNER_WHY_SIZE_MAX), () => 'x'.repeat(SIGNER_WHY_SIZE_MAX + 1)],
    ]
    for (const [why, lie] of lies) {
      const { connect, ask, answers, signer } = scene()
      const link = connect()
      ask(voteAt(4))
      const said = link.asked.shift()
      assert.ok(said?.kind === 'vote-request')
      const change = lie(said.body.vote)
      const honest = answerOf(said)
      assert.ok(honest.kind === 'vote')
      if (typeof change === 'string') {
        const error = { code: 0, description: change }
        link.say({ kind: 'vote', body: { value: EMPTY_BYTES, error } })
      } else {
        const vote = { ...said.body.vote, signature: sigOf(honest), ...change }
        link.say({ kind: 'vote', body: { value: encode(Vote, vote), error: undefined } })
      }
      assert.deepEqual(answers, [`prevote 4/0: ${why}`])
      assert.equal(signer.lastSignedHeight, 0n)
    }
  })

  it('is not taken for ours when it has another key', () => {
    const { signer, ask, answers, timers } = scene()
    const link = new FakeLink(signer)
    ask(voteAt(4))
    link.say(answerOf(link.asked.shift()!, testKey(2)))
    assert.ok(!link.isOpen)
    timers.advance(SIGN_TIMEOUT_MS)
    assert.deepEqual(answers, ['prevote 4/0: the signer did not answer in time'])
  })

  it('is asked for no more than so many things at once: the oldest is given up', () => {
    const { ask, answers, connect } = scene()
    for (let round = 0; round < SIGN_REQUESTS_MAX; round++) ask(voteAt(4, round))
    assert.deepEqual(answers, [])
    ask(voteAt(4, SIGN_REQUESTS_MAX))
    assert.deepEqual(answers, ['prevote 4/0: too many wait'])
    const link = connect()
    for (let i = 0; i < SIGN_REQUESTS_MAX; i++) link.answer()
    assert.equal(answers.length, SIGN_REQUESTS_MAX + 1)
    assert.equal(answers.at(-1), `prevote 4/${SIGN_REQUESTS_MAX} signed`)
  })

  it('is asked now and then whether it is there', () => {
    const { connect, timers } = scene()
    const link = connect()
    for (let i = 0; i < 3; i++) {
      timers.advance(SIGNER_PING_MS)
      link.answer()
    }
    assert.ok(link.isOpen)
    timers.advance(SIGNER_PING_MS + SIGN_TIMEOUT_MS)
    assert.ok(!link.isOpen)
    assert.equal(timers.pending, 0)
  })

  it('refuses in words when what was signed cannot be written', () => {
    const { connect, ask, answers, files } = scene()
    const link = connect()
    ask(voteAt(4))
    files.limitRoom(0)
    link.answer()
    ask(voteAt(5))
    assert.match(answers[0]!, /full/)
    assert.match(answers[1]!, /full/)
  })

  it('answers nothing that was not asked, whatever comes', () => {
    const good = encode(
      SignerMessage,
      answerOf({ kind: 'vote-request', body: { vote: voteAt(4), chainId: CHAIN } }),
    )
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const { connect, ask, answers, signer } = scene()
        const link = connect()
        ask(voteAt(4))
        const bytes = good.slice()
        bytes[at]! ^= bits
        signer.receive(link, bytes)
        assert.ok(answers.length === 0 ? !link.isOpen : !answers[0]!.endsWith('signed'), `${at}`)
      }),
      { numRuns: 150 },
    )
  })
})

function sigOf(message: SignerMessage): Uint8Array {
  assert.ok(message.kind === 'vote')
  return decode(Vote, message.body.value).signature
}

describe('the socket of a signer elsewhere', () => {
  it('lets a signer dial in, in pieces as they come, and hangs up on who says too much', async () => {
    const root = mkdtempSync(join(tmpdir(), 'wadi-socket-'))
    const path = join(root, 'signer.sock')
    const { signer, ask, answers, timers } = scene()
    const socket = await listenForSigner(path, signer)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    ask(voteAt(4))
    const there = net.connect(path)
    const hungUp = new Promise((resolve) => there.on('close', resolve))
    there.on('data', (bytes: Uint8Array) => {
      const said = decodeDelimited(SignerMessage, bytes)
      const answer = encodeDelimited(SignerMessage, answerOf(said))
      there.write(answer.subarray(0, 5))
      there.write(answer.subarray(5))
      if (said.kind === 'vote-request') there.write(tooLong())
    })
    await hungUp
    assert.deepEqual(answers, ['prevote 4/0 signed'])
    socket.close()
    signer.close()
    assert.equal(timers.pending, 0)
    rmSync(root, { recursive: true })
  })
})

/** The head of a message that is longer than any may be. */
function tooLong(): Uint8Array {
  const size = SIGNER_MESSAGE_BYTES_MAX + 1
  return Uint8Array.of((size & 0x7f) | 0x80, size >> 7)
}
