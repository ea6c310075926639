import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PublicKey } from '@wadi/primitives/publicKey'
import fc from 'fast-check'
import {
  decideSign,
  type LastSign,
  lastSignAfter,
  nothingSigned,
  parseLastSign,
  printLastSign,
  type SignRequest,
} from './lastSign.ts'

const CHAIN_ID = 'chain'
const publicKey = new Uint8Array(32).fill(7) as PublicKey
const signature = new Uint8Array(64).fill(9)
const block = (fill: number) => ({
  hash: new Uint8Array(32).fill(fill),
  partSetHeader: { total: 1, hash: new Uint8Array(32).fill(fill + 1) },
})

interface Place {
  readonly height?: bigint
  readonly round?: number
  readonly fill?: number | undefined
  readonly seconds?: bigint
}

function vote(
  type: 'prevote' | 'precommit',
  { height = 5n, round = 2, fill = 1, seconds = 100n }: Place = {},
): SignRequest {
  return {
    kind: 'vote',
    vote: {
      type,
      height,
      round,
      blockId: fill === 0 ? undefined : block(fill),
      timestamp: { seconds, nanoseconds: 5 },
      validatorAddress: new Uint8Array(20),
      validatorIndex: 0,
    },
  }
}

function proposal({ height = 5n, round = 2, fill = 1, seconds = 100n }: Place = {}): SignRequest {
  const timestamp = { seconds, nanoseconds: 5 }
  return {
    kind: 'proposal',
    proposal: { height, round, polRound: -1, blockId: block(fill), timestamp },
  }
}

/** The state after signing something first. */
function after(request: SignRequest): LastSign {
  const decision = decideSign(nothingSigned(publicKey), request, CHAIN_ID)
  assert.equal(decision.kind, 'sign')
  return lastSignAfter(nothingSigned(publicKey), request, decision.signBytes, signature)
}

/** Whether it is signed, or why not. */
function answer(last: LastSign, request: SignRequest): string {
  const decision = decideSign(last, request, CHAIN_ID)
  return decision.kind === 'refuse' ? decision.why : decision.kind
}

describe('A validator that signed a prevote', () => {
  const last = after(vote('prevote'))
  const table: readonly (readonly [string, SignRequest, string])[] = [
    ['signs at a later height', proposal({ height: 6n, round: 0 }), 'sign'],
    ['signs in a later round', proposal({ round: 3 }), 'sign'],
    ['signs a later step', vote('precommit', { fill: 0 }), 'sign'],
    [
      'signs nothing at an earlier height',
      vote('precommit', { height: 4n, round: 9 }),
      'height-regression',
    ],
    ['signs nothing in an earlier round', vote('precommit', { round: 1 }), 'round-regression'],
    ['signs no earlier step', proposal(), 'step-regression'],
    ['gives the same signature again', vote('prevote'), 'reuse'],
    ['gives it with an earlier time', vote('prevote', { seconds: 99n }), 'reuse'],
    ['prevotes no other block', vote('prevote', { fill: 3 }), 'conflicting-message'],
    ['does not prevote nil', vote('prevote', { fill: 0, seconds: 101n }), 'conflicting-message'],
  ]
  for (const [what, request, expected] of table) {
    it(what, () => assert.equal(answer(last, request), expected))
  }

  it('signs nothing on another chain at the same place', () => {
    const decision = decideSign(last, vote('prevote'), 'another')
    assert.deepEqual(decision, { kind: 'refuse', why: 'conflicting-message' })
  })

  it('answers with the signature and the time of the first', () => {
    const decision = decideSign(last, vote('prevote', { seconds: 200n }), CHAIN_ID)
    const timestamp = { seconds: 100n, nanoseconds: 5 }
    assert.deepEqual(decision, { kind: 'reuse', signature, timestamp })
  })

  it('signs nothing there if it forgot what it was', () => {
    const forgetful = { ...last, signbytes: new Uint8Array(0) }
    assert.equal(answer(forgetful, vote('prevote')), 'forgotten-message')
    assert.equal(
      answer({ ...last, signbytes: new Uint8Array([3, 1]) }, vote('prevote')),
      'conflicting-message',
    )
  })
})

describe('A validator that signed a proposal', () => {
  it('gives it again with its time, and no other', () => {
    const last = after(proposal())
    assert.equal(answer(last, proposal({ seconds: 300n })), 'reuse')
    assert.equal(answer(last, proposal({ fill: 5 })), 'conflicting-message')
    assert.equal(answer(last, vote('prevote')), 'sign')
  })
})

describe('Signing', () => {
  it('never gives two signatures for different messages of one place', () => {
    const place = fc.record({
      height: fc.bigInt(1n, 3n),
      round: fc.nat(2),
      fill: fc.nat(2),
      seconds: fc.bigInt(1n, 3n),
    })
    const request = fc.oneof(
      place.map((at) => vote('prevote', at)),
      place.map((at) => vote('precommit', at)),
      place.map((at) => proposal({ ...at, fill: at.fill + 1 })),
    )
    fc.assert(
      fc.property(fc.array(request, { maxLength: 30 }), (requests) => {
        let last = nothingSigned(publicKey)
        const given = new Map<string, Uint8Array>()
        for (const each of requests) {
          const decision = decideSign(last, each, CHAIN_ID)
          if (decision.kind !== 'sign') continue
          last = lastSignAfter(last, each, decision.signBytes, signature)
          const at = `${last.height} ${last.round} ${last.step}`
          assert.equal(given.has(at), false)
          given.set(at, decision.signBytes)
        }
      }),
    )
  })
})

describe('The file', () => {
  it('is that of oasis-core', () => {
    // What Go's encoding/json writes of the struct of oasis-core's priv_val.go.
    const zeroKey = new Uint8Array(32) as PublicKey
    const key = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
    const fresh = `{"height":0,"round":0,"step":0,"public_key":"${key}"}`
    assert.deepEqual(parseLastSign(fresh), nothingSigned(zeroKey))
    assert.equal(printLastSign(nothingSigned(zeroKey)), fresh)
    const signed = `{"height":9007199254740993,"round":1,"step":3,"signature":"AQI=","signbytes":"0AFF","public_key":"${key}"}`
    const last = {
      height: 9_007_199_254_740_993n,
      round: 1,
      step: 3,
      signature: new Uint8Array([1, 2]),
      signbytes: new Uint8Array([10, 255]),
      publicKey: zeroKey,
    }
    assert.deepEqual(parseLastSign(signed), last)
    assert.equal(printLastSign(last), signed)
  })

  it('that is damaged is refused', () => {
    for (const text of ['', '{', '{"height":"x"}', '[]']) {
      assert.throws(() => parseLastSign(text), { name: 'CodedError' }, text)
    }
  })
})
