import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { dropNonce, settleNonce, takeNonce, UNKNOWN_NONCES } from './nonces.ts'

describe('the nonces of an account', () => {
  it('begin with what the chain says, and count on from there', () => {
    const first = takeNonce(UNKNOWN_NONCES, 7n)
    const second = takeNonce(first.nonces, 7n)
    assert.deepEqual([first.nonce, second.nonce], [7n, 8n])
  })

  it('begin anew after a failure, around those that are on their way', () => {
    const a = takeNonce(UNKNOWN_NONCES, 7n)
    const b = takeNonce(a.nonces, 7n)
    const dropped = dropNonce(b.nonces, a.nonce)
    const c = takeNonce(dropped, 7n)
    const d = takeNonce(c.nonces, 7n)
    assert.deepEqual([c.nonce, d.nonce], [7n, 9n])
  })

  const move = fc.oneof(
    fc.record({ kind: fc.constant('take' as const), onChain: fc.bigInt({ min: 0n, max: 9n }) }),
    fc.record({ kind: fc.constantFrom('settle' as const, 'drop' as const), pick: fc.nat() }),
  )

  it('are never two at once, whatever becomes of them', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        let nonces = UNKNOWN_NONCES
        const open: bigint[] = []
        for (const one of moves) {
          if (one.kind === 'take') {
            const taken = takeNonce(nonces, one.onChain)
            assert.ok(!open.includes(taken.nonce), 'it is on its way already')
            if (nonces.next === undefined) assert.ok(taken.nonce >= one.onChain)
            open.push(taken.nonce)
            nonces = taken.nonces
          } else if (open.length > 0) {
            const [nonce] = open.splice(one.pick % open.length, 1)
            nonces = (one.kind === 'settle' ? settleNonce : dropNonce)(nonces, nonce!)
            if (one.kind === 'drop') assert.equal(nonces.next, undefined)
          }
          assert.deepEqual(nonces.inFlight, new Set(open))
        }
      }),
    )
  })
})
