import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Turns } from './turns.ts'

/** Everything else happens. */
async function others(): Promise<void> {
  await turn()
  await turn()
}

const refusal = { reason: 'storage.gone' }

describe('turns', () => {
  it('are taken one by one in the order of those who came, the first at once', async () => {
    const turns = new Turns()
    const done: number[] = []
    const work = (i: number) => turns.take(() => done.push(i))
    const first = [0, 1, 2].map(work)
    assert.deepEqual(done, [0])
    await others()
    const late = work(3)
    for (const count of [2, 3, 4]) {
      assert.deepEqual(done, [0, 1, 2, 3].slice(0, count))
      await others()
    }
    await Promise.all([...first, late])
    void work(4)
    assert.equal(done.length, 5, 'nobody is before him')
  })

  it('let everything else happen in between', async () => {
    const turns = new Turns()
    const done: string[] = []
    const { port1, port2 } = new MessageChannel()
    const heard = new Promise((resolve) => port1.once('message', resolve))
    const say = () => port2.postMessage('')
    const three = Array.from({ length: 3 }, (_, i) =>
      turns.take(() => {
        if (i === 1) say()
        done.push('long')
      }),
    )
    void heard.then(() => done.push('other'))
    await Promise.all(three)
    port1.close()
    assert.deepEqual(done, ['long', 'long', 'other', 'long'])
  })

  it('are taken by nobody who has gone, and go on when work fails', async () => {
    const turns = new Turns()
    const asker = new AbortController()
    const fails = turns.take(() => assert.fail('so it is'))
    const gone = [1, 2].map(() => turns.take(() => assert.fail('worked'), asker.signal))
    const there = turns.take(() => 'there', new AbortController().signal)
    asker.abort()
    await assert.rejects(fails, { message: 'so it is' })
    for (const one of gone) await assert.rejects(one, refusal)
    assert.equal(await there, 'there')
  })
})
