import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, encode } from '@wadi/cbor/codec'
import type { Outcome } from '@wadi/contracts/runtime-network'
import { MemoryNetwork } from '@wadi/contracts/testing/memory-network'
import { PublicKey } from '@wadi/primitives/publicKey'
import { diffMethods } from '@wadi/runtime-protocol/peers/methods'
import { lyingNetwork } from './lyingNetwork.ts'

const { name: GET_DIFF, response: Diff } = diffMethods.getDiff
const writeLog = [[Uint8Array.of(1), Uint8Array.of(2)]] as const

/** What somebody is told who asks a liar. */
async function askLiar(misdeed: 'fail-read' | 'corrupt-diff', method: string) {
  const network = new MemoryNetwork()
  const [liar, other] = [1, 2].map((seed) =>
    network.join(PublicKey.check(new Uint8Array(32).fill(seed))),
  )
  const lies: string[] = []
  lyingNetwork(liar!, misdeed, (about) => lies.push(about)).serve('storage', (_, reply) =>
    reply({ kind: 'ok', body: encode(Diff, { writeLog }) }),
  )
  const outcome = await new Promise<Outcome<unknown>>((resolve) =>
    other!.ask(
      {
        protocol: 'storage',
        method,
        body: new Uint8Array(),
        read: (body) => decode(Diff, body).writeLog,
      },
      resolve,
    ),
  )
  return { outcome, lies }
}

describe('a network that lies about states', () => {
  it('damages what changed, and nothing else', async () => {
    const { outcome: damaged, lies } = await askLiar('corrupt-diff', GET_DIFF)
    assert.ok(damaged.kind === 'answered')
    assert.notDeepEqual(damaged.answer.value, writeLog)
    assert.deepEqual(lies, [GET_DIFF])
    const { outcome: other, lies: none } = await askLiar('corrupt-diff', 'GetCheckpoints')
    assert.ok(other.kind === 'answered')
    assert.deepEqual(other.answer.value, writeLog)
    assert.deepEqual(none, [])
  })

  it('answers no reads', async () => {
    for (const method of [GET_DIFF, 'Get']) {
      const { outcome, lies } = await askLiar('fail-read', method)
      assert.equal(outcome.kind, 'failed')
      assert.deepEqual(lies, [method])
    }
    assert.equal((await askLiar('fail-read', 'GetCheckpoints')).outcome.kind, 'answered')
  })
})
