import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { make, zero } from '@wadi/cbor/codec'
import { LightBlock } from '@wadi/consensus/consensus/block'
import { Runtime } from '@wadi/consensus/registry/runtime'
import type { HostedRuntime } from '@wadi/contracts/runtime-host'
import {
  type CheckTxBatchRequest,
  CheckTxResult,
} from '@wadi/runtime-protocol/host-protocol/batches'
import type { Ask } from '../chain.ts'
import { testRounds } from '../testing/testRounds.ts'
import { RuntimeCalls } from './runtimeCalls.ts'

const DEADLINE_MS = 1_000
const GOOD = make(CheckTxResult, {})
const malformed = () => new CodedError('test', 1, 'test.failure', 'malformed transaction')
const base = { annotated: testRounds(1)[0]!, runtime: make(Runtime, {}) }

/** A runtime that refuses a whole batch if one transaction in it is bad, as keyvalue does. */
function touchy(bad: readonly string[], failure: () => Error = malformed) {
  const sizes: number[] = []
  const answer = async ({ body }: { readonly body: CheckTxBatchRequest }) => {
    const texts = (body.inputs ?? []).map((input) => new TextDecoder().decode(input))
    sizes.push(texts.length)
    if (texts.some((text) => bad.includes(text))) throw failure()
    return { kind: 'RuntimeCheckTxBatchResponse', body: { results: texts.map(() => GOOD) } }
  }
  const ask = (async (name: string) =>
    name === 'Beacon/GetEpoch' ? 1n : zero(LightBlock)) as unknown as Ask
  const host = { call: answer } as unknown as HostedRuntime
  const calls = new RuntimeCalls(ask, host)
  const check = async (texts: readonly string[]) => {
    const results = await calls.check(base, texts.map(toUtf8), DEADLINE_MS)
    return results.map(({ error }) => (error.code === 0 ? 'good' : `${error.module}/${error.code}`))
  }
  return { check, sizes }
}

describe('Bad input: transactions for which a runtime refuses the whole batch', () => {
  it('are refused alone: those beside them are good', async () => {
    const { check, sizes } = touchy(['c'])
    const verdicts = await check(['a', 'b', 'c', 'd', 'e'])
    assert.deepEqual(verdicts, ['good', 'good', 'test/1', 'good', 'good'])
    assert.deepEqual(sizes, [5, 2, 3, 1, 2])
    assert.deepEqual(await touchy(['a', 'b']).check(['a', 'b']), ['test/1', 'test/1'])
    assert.deepEqual(await touchy(['a']).check(['a']), ['test/1'])
    assert.deepEqual(await touchy([]).check([]), [])
  })

  it('are found with few calls, and with less than two for each at the worst', async () => {
    const texts = Array.from({ length: 128 }, (_, i) => `${i}`)
    const one = touchy(['77'])
    await one.check(texts)
    assert.equal(one.sizes.length, 15)
    const all = touchy(texts)
    await all.check(texts)
    assert.equal(all.sizes.length, 255)
  })

  it('are not refused where the runtime does not answer: that says nothing of them', async () => {
    const gone = () => new UnavailableError('runtimeHost.gone', 'it has gone')
    const { check, sizes } = touchy(['a'], gone)
    await assert.rejects(check(['a', 'b']), { reason: 'runtimeHost.gone' })
    assert.deepEqual(sizes, [2])
  })
})
