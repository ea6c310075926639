import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { Outcome, Question } from '@wadi/contracts/runtime-network'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { keyTextOf } from '../host/peerNames.ts'
import { ASK_AGAIN_MS, ASKED_AT_ONCE_MAX } from '../limits.ts'
import { key } from '../testing/keys.ts'
import { type Asker, ask, askMany } from './asking.ts'
import type { Call } from './callPeer.ts'

type Behaviour = (call: Call) => Promise<Uint8Array>

const answers =
  (byte: number): Behaviour =>
  () =>
    Promise.resolve(Uint8Array.of(byte))
const fails =
  (reason: string): Behaviour =>
  () =>
    Promise.reject(new UnavailableError(reason, reason))
const hangs: Behaviour = ({ signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new UnavailableError('gone', 'gone')))
  })

function scene(...behaviours: readonly Behaviour[]) {
  const time = new VirtualTime()
  const peers = behaviours.map((_, i) => key(i))
  const told: string[] = []
  const name = (peer: PublicKey) => peers.findIndex((one) => keyTextOf(one) === keyTextOf(peer))
  const asker: Asker = {
    clock: time.clock,
    timers: time,
    peers: () => peers,
    call: (peer, call) => {
      told.push(`ask ${name(peer)}`)
      return behaviours[name(peer)]!(call)
    },
    succeeded: (_protocol, peer) => void told.push(`succeeded ${name(peer)}`),
    failed: (_protocol, peer) => void told.push(`failed ${name(peer)}`),
    misbehaved: (peer) => void told.push(`misbehaved ${name(peer)}`),
  }
  return { time, told, asker }
}

const question: Question<number> = {
  protocol: 'p',
  method: 'm',
  body: Uint8Array.of(0),
  read: (body) => {
    if (body[0]! > 99) throw new CodedError('unknown', 1, 'test.nonsense', 'nonsense')
    return body[0]!
  },
}

const outcomeOf = (asker: Asker, asked = question) =>
  new Promise<Outcome<number>>((resolve) => ask(asker, asked, resolve))

const turns = async () => {
  for (let i = 0; i < 30; i++) await undefined
}

describe('asking', () => {
  it('goes on to the next peer until one answers, and counts failures', async () => {
    const { asker, told } = scene(fails('test.down'), answers(100), answers(7), answers(8))
    const outcome = await outcomeOf(asker)
    assert.ok(outcome.kind === 'answered')
    assert.equal(outcome.answer.value, 7)
    assert.deepEqual(told, ['ask 0', 'failed 0', 'ask 1', 'failed 1', 'ask 2'])
    outcome.answer.feedback.succeeded()
    outcome.answer.feedback.failed()
    outcome.answer.feedback.misbehaved()
    assert.deepEqual(told.slice(-3), ['succeeded 2', 'failed 2', 'misbehaved 2'])
  })

  it('fails with the last failure, or for want of peers', async () => {
    const nobody = await outcomeOf(scene().asker)
    assert.ok(nobody.kind === 'failed')
    assert.equal(nobody.error.reason, 'libp2p.nobody')
    const all = await outcomeOf(scene(fails('test.first'), fails('test.last')).asker)
    assert.ok(all.kind === 'failed')
    assert.equal(all.error.reason, 'test.last')
  })

  it('is done again as often as is wanted', async () => {
    const { asker, told, time } = scene(fails('test.down'))
    let outcome: Outcome<number> | undefined
    ask(asker, { ...question, retries: 2 }, (known) => {
      outcome = known
    })
    for (let round = 1; round <= 3; round++) {
      await turns()
      assert.equal(told.filter((line) => line === 'ask 0').length, round)
      assert.equal(outcome === undefined, round < 3)
      time.advance(ASK_AGAIN_MS)
    }
  })

  it('blames nobody and says nothing when it is cancelled', async () => {
    const { asker, told } = scene(hangs, answers(1))
    const asking = ask(asker, question, () => assert.fail('nobody waits for that'))
    await turns()
    asking.cancel()
    await turns()
    assert.deepEqual(told, ['ask 0'])
  })
})

describe('asking many', () => {
  const many = (asker: Asker, take: (value: number) => 'more' | 'enough') =>
    new Promise<number>((resolve) => {
      askMany(asker, question, ({ value }) => take(value), resolve)
    })

  it('takes all answers, and leaves failures out', async () => {
    const { asker, told } = scene(answers(1), fails('test.down'), answers(100), answers(2))
    const values: number[] = []
    const count = await many(asker, (value) => {
      values.push(value)
      return 'more'
    })
    assert.equal(count, 2)
    assert.deepEqual(values.toSorted(), [1, 2])
    assert.deepEqual(told.filter((line) => line.startsWith('failed')).toSorted(), [
      'failed 1',
      'failed 2',
    ])
  })

  it('asks a few at once, and no more when it is enough', async () => {
    const slow = Array.from({ length: ASKED_AT_ONCE_MAX - 1 }, () => hangs)
    const { asker, told } = scene(...slow, answers(1), answers(2), answers(3))
    const count = await many(asker, (value) => (value === 2 ? 'enough' : 'more'))
    assert.equal(count, 2)
    assert.equal(told.length, ASKED_AT_ONCE_MAX + 1)
  })
})
