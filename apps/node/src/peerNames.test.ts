import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger } from '@wadi/base/log'
import { PeerNames } from './peerNames.ts'

const PEER = { key: 'p2p.seeds', peer: 'name@nobody.invalid:1' }

/** Names of peers in a world in which time passes when a test says so. */
function namesInTest(ending?: AbortSignal) {
  const said: string[] = []
  let due: (() => void) | undefined
  const timers = {
    after: (_: number, run: () => void) => {
      due = run
      return {
        cancel: () => {
          due = undefined
        },
      }
    },
  }
  const log = createLogger('p2p', ({ sentence }) => said.push(sentence))
  const pass = async () => {
    const run = due
    due = undefined
    run?.()
    await setImmediate()
  }
  return {
    names: new PeerNames({ timers, log, ...(ending && { ending }) }),
    said,
    pass,
    waits: () => due !== undefined,
  }
}

const unknown = async (): Promise<number> => {
  throw new UnavailableError('p2p.lookup', 'nobody knows it')
}

describe('PeerNames', () => {
  it('give what is known at once', async () => {
    const { names, waits } = namesInTest()
    const late = () => assert.fail('it was known')
    assert.equal(await names.find(PEER, async () => 5, late), 5)
    assert.ok(!waits())
  })

  it('tell of what is not known, and give it when it is', async () => {
    const { names, said, pass, waits } = namesInTest()
    let answer = unknown
    const found: number[] = []
    const first = await names.find(
      PEER,
      () => answer(),
      (value) => found.push(value),
    )
    assert.equal(first, undefined)
    assert.deepEqual(said, ['the host of a peer is not known: the node asks again'])
    await pass()
    assert.deepEqual(found, [])
    answer = async () => 7
    await pass()
    assert.deepEqual(found, [7])
    assert.equal(said.at(-1), 'the host of a peer is known now')
    assert.ok(!waits(), 'there is nothing left to ask for')
  })

  it('ask for nothing when they are stopped', async () => {
    const { names, waits } = namesInTest()
    await names.find(PEER, unknown, () => undefined)
    assert.ok(waits())
    names.stop()
    assert.ok(!waits())
  })

  it('have nobody wait when their node ends, whatever is said afterwards', async () => {
    const life = new AbortController()
    const { names, said, waits } = namesInTest(life.signal)
    const slow = Promise.withResolvers<number>()
    const found = names.find(
      PEER,
      () => slow.promise,
      () => assert.fail('nobody asks any more'),
    )
    life.abort()
    assert.equal(await found, undefined)
    slow.reject(new UnavailableError('p2p.lookup', 'nobody knows it'))
    await setImmediate()
    assert.deepEqual(said, [])
    assert.ok(!waits())
  })

  it('hide no other failure', async () => {
    const { names } = namesInTest()
    const broken = async () => {
      throw new TypeError('broken')
    }
    await assert.rejects(
      names.find(PEER, broken, () => undefined),
      TypeError,
    )
  })
})
