import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { PublicKey } from '@wadi/primitives/publicKey'
import { keyTextOf } from '../host/peerNames.ts'
import { PeerWaits } from './peerWaits.ts'

const [PEER, OTHER] = [1, 2].map((i) => keyTextOf(PublicKey.check(new Uint8Array(32).fill(i))))

describe('waiting for a peer', () => {
  it('is over when it is known, and not when another one is', async () => {
    const time = new VirtualTime()
    const waits = new PeerWaits(time)
    const all = [waits.wait(PEER!, 1_000), waits.wait(PEER!, 2_000)]
    waits.wake(OTHER!)
    assert.ok(!waits.isEmpty)
    waits.wake(PEER!)
    await Promise.all(all)
    assert.ok(waits.isEmpty)
    assert.equal(time.pending, 0)
  })

  it('leaves nothing behind when its time is over', async () => {
    const time = new VirtualTime()
    const waits = new PeerWaits(time)
    const [first, second] = [waits.wait(PEER!, 1_000), waits.wait(PEER!, 2_000)]
    time.advance(1_000)
    await first
    assert.ok(!waits.isEmpty)
    time.advance(1_000)
    await second
    assert.ok(waits.isEmpty)
  })
})
