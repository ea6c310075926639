import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { PublicKey } from '@wadi/primitives/publicKey'
import { OFFLINE_ANSWER_MS } from '../limits.ts'
import { offlineNetwork } from './offlineNetwork.ts'

const key = PublicKey.check(new Uint8Array(32))
const question = { protocol: '', method: '', body: new Uint8Array(0), read: () => undefined }

describe('the network of an archive', () => {
  it('has nobody in it, who hears nothing', () => {
    const network = offlineNetwork(key, new VirtualTime())
    assert.deepEqual(network.peersOf('any'), [])
    const topic = network.join('any', () => assert.fail('nobody speaks'))
    assert.equal(topic.publish(new Uint8Array(1)), false)
    topic.leave()
  })

  it('fails every question after a while, unless it is taken back', () => {
    const time = new VirtualTime()
    const network = offlineNetwork(key, time)
    const told: unknown[] = []
    network.ask(question, (outcome) => told.push(outcome.kind))
    network.askMany(
      question,
      () => 'more',
      (answered) => told.push(answered),
    )
    network.ask(question, () => assert.fail('it was taken back')).cancel()
    time.advance(OFFLINE_ANSWER_MS - 1)
    assert.deepEqual(told, [])
    time.advance(1)
    assert.deepEqual(told, ['failed', 0])
    assert.equal(time.pending, 0)
  })
})
