import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Message, TopicValidatorResult } from '@libp2p/gossipsub'
import { parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import { SeededRandom } from '@wadi/base/random'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { Verdict } from '@wadi/contracts/runtime-network'
import { keyTextOf, peerIdOf } from '../host/peerNames.ts'
import {
  JUDGED_BYTES_MAX,
  JUDGED_PER_TOPIC_MAX,
  LISTENER_MS_MAX,
  MESSAGE_BYTES_MAX,
  RETRIED_MAX,
  RETRIES_MAX,
  UNSENT_MAX,
  UNSENT_MS,
} from '../limits.ts'
import { key } from '../testing/keys.ts'
import { type Gossip, type JudgedMax, Topics } from './topics.ts'

const { Accept, Ignore, Reject } = TopicValidatorResult
const AUTHOR = key(1)
const LONG_MS = 600_000

function scene(judgedMax?: JudgedMax) {
  const time = new VirtualTime()
  const log = createLogger('test', SILENT)
  const topics = new Topics({ timers: time, random: new SeededRandom(1n), log }, judgedMax)
  const published: string[] = []
  const subscribers: ReturnType<typeof peerIdOf>[] = []
  const gossip = {
    subscribe: () => undefined,
    unsubscribe: () => undefined,
    topicValidators: new Map(),
    getSubscribers: () => subscribers,
    isOpen: () => true,
    publish: (topic: string, data: Uint8Array) => {
      published.push(`${topic}: ${parseUtf8(data)}`)
      return Promise.resolve({ recipients: [] })
    },
  } as unknown as Gossip
  const blocked = new Set<string>()
  topics.connect(gossip, (author) => blocked.has(keyTextOf(author)))
  const come = (topic: string, words: string, author = AUTHOR) => {
    const from = peerIdOf(author)
    const message = { type: 'signed', from, topic, data: toUtf8(words) } as unknown as Message
    return gossip.topicValidators.get(topic)!(from, message)
  }
  return { time, topics, gossip, published, subscribers, blocked, come }
}

const always = (verdict: Verdict) => {
  const heard: string[] = []
  const listener = (message: Uint8Array, _author: unknown, decide: (said: Verdict) => void) => {
    heard.push(parseUtf8(message))
    decide(verdict)
  }
  return { heard, listener }
}

const turns = async () => {
  for (let i = 0; i < 10; i++) await undefined
}

describe('a topic', () => {
  it('passes on what its listener accepts, and not what it rejects', async () => {
    const { topics, come } = scene()
    topics.join('good', always({ verdict: 'accept' }).listener)
    topics.join('bad', always({ verdict: 'reject', why: 'so' }).listener)
    assert.equal(await come('good', 'x'), Accept)
    assert.equal(await come('bad', 'x'), Reject)
  })

  it('passes on what may become good, and hears it again five times, later each time', async () => {
    const { topics, come, time } = scene()
    const { heard, listener } = always({ verdict: 'retry', why: 'too early' })
    topics.join('t', listener)
    assert.equal(await come('t', 'x'), Accept)
    const times: number[] = []
    for (let ms = 0; ms < LONG_MS; ms += 50) {
      const before = heard.length
      time.advance(50)
      await turns()
      if (heard.length > before) times.push(ms)
    }
    assert.equal(heard.length, 1 + RETRIES_MAX)
    assert.equal(times.length, RETRIES_MAX)
    assert.equal(time.pending, 0)
  })

  it('hears no more again at once than its bound', async () => {
    const { topics, come, time } = scene()
    const { heard, listener } = always({ verdict: 'retry', why: 'too early' })
    topics.join('t', listener)
    for (let i = 0; i <= RETRIED_MAX; i++) await come('t', `${i}`)
    heard.length = 0
    time.advance(10_000)
    await turns()
    assert.equal(heard.length, RETRIED_MAX)
  })

  it('goes on when the listener says nothing', async () => {
    const { topics, come, time } = scene()
    topics.join('t', () => undefined)
    const verdict = come('t', 'x')
    time.advance(LISTENER_MS_MAX)
    assert.equal(await verdict, Accept)
  })

  it('ignores what is more than its listener can judge at once', async () => {
    const { topics, come } = scene()
    const decisions: ((verdict: Verdict) => void)[] = []
    topics.join('t', (_message, _author, decide) => void decisions.push(decide))
    const verdicts = Array.from({ length: JUDGED_PER_TOPIC_MAX }, (_, i) => come('t', `${i}`))
    assert.equal(await come('t', 'one more'), Ignore)
    for (const decide of decisions) decide({ verdict: 'accept' })
    assert.ok((await Promise.all(verdicts)).every((verdict) => verdict === Accept))
    assert.equal(decisions.length, JUDGED_PER_TOPIC_MAX)
  })

  it('judges as many at once as the operator says', async () => {
    const { topics, come } = scene({ perTopic: 1, all: 2 })
    for (const name of ['t', 'u', 'v']) topics.join(name, () => undefined)
    void come('t', 'x')
    assert.equal(await come('t', 'y'), Ignore)
    void come('u', 'x')
    assert.equal(await come('v', 'x'), Ignore)
  })

  it('ignores what is more than fits, of all topics together', async () => {
    const { topics, come } = scene()
    const decisions: ((verdict: Verdict) => void)[] = []
    for (const name of ['t', 'u']) {
      topics.join(name, (_message, _author, decide) => void decisions.push(decide))
    }
    const half = 'x'.repeat(JUDGED_BYTES_MAX / 2)
    const verdicts = [come('t', half), come('u', half)]
    assert.equal(await come('u', 'x'), Ignore)
    decisions[0]!({ verdict: 'accept' })
    await verdicts[0]
    const fits = come('u', 'x')
    for (const decide of decisions) decide({ verdict: 'accept' })
    assert.equal(await fits, Accept)
  })

  it('has no messages of blocked authors, or without an author', async () => {
    const { topics, come, blocked, gossip } = scene()
    const { heard, listener } = always({ verdict: 'accept' })
    topics.join('t', listener)
    blocked.add(keyTextOf(AUTHOR))
    assert.equal(await come('t', 'x'), Ignore)
    const unsigned = { type: 'unsigned', topic: 't', data: toUtf8('x') } as const
    const validate = gossip.topicValidators.get('t')!
    assert.equal(await validate(peerIdOf(key(2)), unsigned), Reject)
    assert.deepEqual(heard, [])
  })

  it('keeps messages until somebody listens, up to its bound', () => {
    const { topics, time, published, subscribers } = scene()
    const topic = topics.join('t', always({ verdict: 'accept' }).listener)
    for (let i = 0; i < UNSENT_MAX; i++) assert.equal(topic.publish(toUtf8(`${i}`)), true)
    assert.equal(topic.publish(toUtf8('one more')), false)
    time.advance(10 * UNSENT_MS)
    assert.deepEqual(published, [])
    subscribers.push(peerIdOf(key(3)))
    time.advance(UNSENT_MS)
    assert.equal(published.length, UNSENT_MAX)
    assert.equal(topic.publish(toUtf8('now')), true)
    assert.equal(published.at(-1), 't: now')
    assert.equal(time.pending, 0)
  })

  it('takes messages up to their bound', () => {
    const { topics } = scene()
    const topic = topics.join('t', always({ verdict: 'accept' }).listener)
    assert.equal(topic.publish(new Uint8Array(MESSAGE_BYTES_MAX)), true)
    assert.equal(topic.publish(new Uint8Array(MESSAGE_BYTES_MAX + 1)), false)
  })

  it('is over when it is left', async () => {
    const { topics, come, gossip, time } = scene()
    const { heard, listener } = always({ verdict: 'retry', why: 'too early' })
    const topic = topics.join('t', listener)
    await come('t', 'x')
    topic.leave()
    time.advance(LONG_MS)
    assert.deepEqual(heard, ['x'])
    assert.equal(topic.publish(toUtf8('x')), false)
    assert.equal(gossip.topicValidators.size, 0)
    assert.equal(topics.has('t'), false)
    topics.join('t', listener)
  })

  it('is joined once', () => {
    const { topics } = scene()
    topics.join('t', () => undefined)
    assert.throws(() => topics.join('t', () => undefined), { name: 'BugError' })
  })
})
