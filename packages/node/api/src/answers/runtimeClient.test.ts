import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeRpc, zero } from '@wadi/cbor/codec'
import { type calls, streams } from '@wadi/runtime-protocol/client/api'
import { createNodeApi } from '../nodeApi.ts'
import { TestChain } from '../testing/testChain.ts'
import { testFacts } from '../testing/testFacts.ts'

function apiOf(mode: string) {
  const chain = new TestChain()
  chain.add()
  return createNodeApi({ source: chain, facts: testFacts({ mode }) })
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
})
