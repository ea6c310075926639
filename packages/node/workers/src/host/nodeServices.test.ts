import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { StateReader } from '@wadi/contracts/runtime-services'
import { MemoryStore } from '@wadi/kv/memory-store'
import { PublicKey } from '@wadi/primitives/publicKey'
import { SUGGESTION_COUNT_MAX } from '@wadi/runtime-executor/limits'
import type { Ask } from '../chain.ts'
import { LOCAL_KEY_SIZE_MAX, LOCAL_VALUE_SIZE_MAX } from '../limits.ts'
import type { RuntimeStore } from '../store/runtimeStore.ts'
import { nodeServices } from './nodeServices.ts'

const NOBODY = new AbortController().signal

/** Services over a consensus layer that answers with what it was asked. */
function setUp() {
  const asked: string[] = []
  const ask = (async (name: string, height: bigint) => {
    asked.push(`${name} ${height}`)
    return name.endsWith('/GetEvents') ? [{ of: name }] : { of: name }
  }) as unknown as Ask
  const limits: number[] = []
  const pool = {
    fetchBatch: (limit: number) => {
      limits.push(limit)
      return []
    },
  }
  const services = nodeServices({
    ask,
    consensusState: {} as StateReader,
    genesisHeight: 7n,
    localStorage: new MemoryStore(),
    identity: { nodeId: PublicKey.zero, proveFreshness: () => assert.fail() },
    pool,
  })
  return { services, asked, limits }
}

describe('what a runtime may ask of its node', () => {
  it('is answered out of the consensus layer', async () => {
    const { services, asked } = setUp()
    const { consensus } = services
    await consensus.lightBlock(1n, NOBODY)
    await consensus.validators(2n, NOBODY)
    await consensus.transactions(3n, NOBODY)
    assert.equal(await consensus.genesisHeight(), 7n)
    assert.deepEqual(asked, [
      'Consensus/GetLightBlock 1',
      'Consensus/GetValidators 2',
      'Consensus/GetTransactionsWithProofs 3',
    ])
    for (const service of ['staking', 'registry', 'roothash', 'governance'] as const) {
      const [event] = await consensus.events(4n, service, NOBODY)
      const there = Object.entries(event!).filter(([, value]) => value !== undefined)
      assert.deepEqual(
        there.map(([name]) => name),
        [service],
      )
    }
  })

  it('is told with one long proof in a turn, of whichever state', async () => {
    const asked: string[] = []
    const reader = (of: string) => ({
      get: () => asked.push(`${of} get`),
      getPrefixes: () => asked.push(`${of} prefixes`),
      iterate: () => asked.push(`${of} iterate`),
    })
    const { consensus, runtimeState } = nodeServices({
      ask: assert.fail as Ask,
      consensusState: reader('consensus') as unknown as StateReader,
      genesisHeight: 7n,
      localStorage: new MemoryStore(),
      identity: { nodeId: PublicKey.zero, proveFreshness: () => assert.fail() },
      store: reader('runtime') as unknown as RuntimeStore,
    })
    const request = {} as never
    const gone = new AbortController()
    const long = [
      runtimeState!.getPrefixes(request, NOBODY),
      consensus.state.iterate(request, NOBODY),
      runtimeState!.iterate(request, NOBODY),
    ]
    const given = consensus.state.getPrefixes(request, gone.signal)
    await runtimeState!.get(request, NOBODY)
    assert.deepEqual(asked.splice(0), ['runtime prefixes', 'runtime get'])
    gone.abort()
    await turn()
    await turn()
    assert.deepEqual(asked.splice(0), ['consensus iterate'])
    await Promise.all(long)
    await assert.rejects(async () => given, { reason: 'storage.gone' })
    assert.deepEqual(asked, ['runtime iterate'])
  })

  it('includes small things that it keeps here', async () => {
    const { localStorage } = setUp().services
    const key = new Uint8Array(LOCAL_KEY_SIZE_MAX).fill(1)
    const value = new Uint8Array(LOCAL_VALUE_SIZE_MAX)
    assert.equal(await localStorage.get(key), undefined)
    await localStorage.set(key, value)
    assert.deepEqual(await localStorage.get(key), value)
    const refused = { reason: 'workers.localStorage' }
    for (const bad of [new Uint8Array(0), new Uint8Array(LOCAL_KEY_SIZE_MAX + 1)]) {
      assert.throws(() => localStorage.get(bad), refused)
      assert.throws(() => localStorage.set(bad, value), refused)
    }
    const long = new Uint8Array(LOCAL_VALUE_SIZE_MAX + 1)
    assert.throws(() => localStorage.set(key, long), refused)
  })

  it(`gives at most ${SUGGESTION_COUNT_MAX} transactions at once`, () => {
    const { services, limits } = setUp()
    services.fetchBatch?.(undefined, SUGGESTION_COUNT_MAX)
    services.fetchBatch?.(undefined, SUGGESTION_COUNT_MAX + 1)
    assert.deepEqual(limits, [SUGGESTION_COUNT_MAX, SUGGESTION_COUNT_MAX])
  })
})
