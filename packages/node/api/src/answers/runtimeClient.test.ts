import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { decodeRpc, zero } from '@wadi/cbor/codec'
import { errors as roothashErrors } from '@wadi/consensus/roothash/errors'
import type { RuntimeAnswers } from '@wadi/contracts/runtime-answers'
import { type calls, streams } from '@wadi/runtime-protocol/client/api'
import { createNodeApi } from '../nodeApi.ts'
import { TestChain } from '../testing/testChain.ts'
import { testFacts } from '../testing/testFacts.ts'
import { NO_RUNTIMES } from './runtimeClient.ts'

function apiOf(mode: string, runtimes?: RuntimeAnswers) {
  const chain = new TestChain()
  chain.add()
  return createNodeApi({ source: chain, facts: testFacts({ mode }), ...(runtimes && { runtimes }) })
}

/** How a call that is asked with zeros is refused. */
async function refusalOf(name: keyof typeof calls): Promise<unknown> {
  const method = apiOf('client').methods[name]!
  try {
    return { answer: await method.answer(decodeRpc(method.request, undefined), {}) }
  } catch (error) {
    const { module, code, reason } = error as Readonly<Record<string, unknown>>
    return `${module}/${code} ${reason}`
  }
}

const NOT_HERE = 'unknown/1 runtime/registry.notFound'
const NOT_HOSTED = 'runtime/client/6 runtime/client.noHostedRuntime'

describe('the client of runtimes, where there are none', () => {
  const refusals: Readonly<Record<keyof typeof calls, string>> = {
    'RuntimeClient/SubmitTx': NOT_HOSTED,
    'RuntimeClient/SubmitTxMeta': NOT_HOSTED,
    'RuntimeClient/SubmitTxNoWait': NOT_HOSTED,
    'RuntimeClient/CheckTx': NOT_HOSTED,
    'RuntimeClient/GetGenesisBlock': 'roothash/3 roothash.invalidRuntime',
    'RuntimeClient/GetBlock': NOT_HERE,
    'RuntimeClient/GetLastRetainedBlock': NOT_HERE,
    'RuntimeClient/GetTransactions': NOT_HERE,
    'RuntimeClient/GetTransactionsWithResults': NOT_HERE,
    'RuntimeClient/GetUnconfirmedTransactions': 'runtime/client/1 runtime/client.notFound',
    'RuntimeClient/GetEvents': NOT_HERE,
    'RuntimeClient/Query': NOT_HOSTED,
    'RuntimeClient/StateSyncGet': NOT_HERE,
    'RuntimeClient/StateSyncGetPrefixes': NOT_HERE,
    'RuntimeClient/StateSyncIterate': NOT_HERE,
  }
  for (const [name, refusal] of Object.entries(refusals))
    it(`refuses ${name} as the reference does`, async () => {
      assert.equal(await refusalOf(name as keyof typeof calls), refusal)
    })

  it('has no blocks to watch', () => {
    const name = 'RuntimeClient/WatchBlocks'
    const sink = { send: () => undefined, end: () => undefined, drained: async () => undefined }
    const watch = () => apiOf('client').watch(name, zero(streams[name].request), sink as never)
    assert.throws(watch, { reason: 'runtime/registry.notFound' })
  })

  it('is not there on nodes that follow no runtimes', () => {
    for (const [mode, isThere] of [
      ['validator', false],
      ['archive', false],
      ['keymanager', false],
      ['client', true],
      ['compute', true],
      ['observer', true],
    ] as const)
      assert.equal(Object.hasOwn(apiOf(mode).methods, 'RuntimeClient/Query'), isThere, mode)
  })

  it('is there in an archive that has some', () => {
    const { methods, topics } = apiOf('archive', NO_RUNTIMES)
    assert.ok(Object.hasOwn(methods, 'RuntimeClient/GetBlock'))
    assert.ok(Object.hasOwn(topics, 'RuntimeClient/WatchBlocks'))
  })

  it('says with the status, too, that something is not there, where the reference does', async () => {
    const missing = () => {
      throw roothashErrors.notFound()
    }
    const said = Object.keys(NO_RUNTIMES.answers).map((name) => [name, missing] as const)
    const answers = Object.fromEntries(said) as unknown as RuntimeAnswers['answers']
    const { methods } = apiOf('client', { ...NO_RUNTIMES, answers })
    const withStatus: string[] = []
    for (const [name, { answer }] of Object.entries(methods)) {
      if (!name.startsWith('RuntimeClient/') || name.endsWith('GenesisBlock')) continue
      const error: unknown = await (async () => answer({}, {}))().catch((one: unknown) => one)
      assert.ok(error instanceof CodedError)
      assert.deepEqual([error.module, error.code], ['roothash', 2])
      if (error.reason === 'grpc.notFound') withStatus.push(name.slice(name.indexOf('/') + 1))
    }
    assert.deepEqual(withStatus.sort(), ['GetBlock', 'GetLastRetainedBlock', 'Query'])
  })
})
