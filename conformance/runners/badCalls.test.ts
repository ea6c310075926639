import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { sample } from '@wadi/cbor/arbitrary'
import { decodeRpc, encode, zero } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/control'
import { createNodeApi } from '@wadi/node-api/node-api'
import { createArchive } from '../src/api/recordedArchive.ts'
import '../src/coverage.ts'
import { damages } from '../src/damage.ts'
import { readChain } from '../src/recordedChain.ts'
import { bytesOfBase64, type RecordedCall } from '../src/records.ts'
import { hasVector, readNdjson } from '../src/vectors.ts'

const CHAIN = 'runtime-messages'
const CALLS = 'api/random-workload.ndjson.gz'
/** Different requests to a method of which damaged ones are made. */
const REQUESTS_MAX = 2
/** Every so many of them are tried. */
const STRIDE = 7
const SAMPLES = 30
const SHOWN_BYTES = 64

/** Nobody waits for what does not come. */
const gone = AbortSignal.abort()

describe('bad calls', { skip: !hasVector(`chains/${CHAIN}/genesis.json`) }, () => {
  const { identity } = zero(Status)
  const facts = { softwareVersion: '', mode: 'archive', identity }
  const api = createNodeApi({ source: createArchive(readChain(CHAIN)), facts })
  const methods = { ...api.methods, ...api.debugMethods }
  const recorded = Map.groupBy(readNdjson<RecordedCall>(CALLS), ({ method }) => method)

  /** What a server does with a request. */
  async function call(name: string, request: Uint8Array): Promise<void> {
    const method = methods[name]!
    try {
      const asked = decodeRpc(method.request, request)
      encode(method.response, await method.answer(asked, { signal: gone }))
    } catch (error) {
      if (error instanceof CodedError || error instanceof UnavailableError) return
      const shown = toHex(request.subarray(0, SHOWN_BYTES))
      assert.fail(`${name} ${shown}: ${error instanceof Error ? error.stack : String(error)}`)
    }
  }

  for (const [kind, damage] of Object.entries(damages))
    it(`with ${kind} requests are refused in coded errors, whatever is called`, async () => {
      const random = new SeededRandom(3n)
      let tried = 0
      for (const [name, method] of Object.entries(methods)) {
        const known = (recorded.get(name) ?? []).slice(0, REQUESTS_MAX)
        const good = known.map(({ request = '' }) => bytesOfBase64(request))
        for (const one of [encode(method.request, zero(method.request)), ...good])
          for (const bytes of damage(one, random))
            if (tried++ % STRIDE === 0) await call(name, bytes)
      }
      assert.ok(tried > Object.keys(methods).length)
    })

  it('of any content are answered or refused', async () => {
    const everything = { height: 0n, includeSuspended: true }
    const runtimes = api.methods['Registry/GetRuntimes']!.answer(everything, {})
    const ids = (runtimes as readonly { readonly id: Uint8Array }[]).map(({ id }) => id)
    for (const [name, { request }] of Object.entries(methods))
      for (const value of sample<unknown>(request, SAMPLES, 5, { Namespace: ids })) {
        await call(name, encode(request, value))
        // At heights that there are more is looked at.
        if (typeof value === 'object' && value !== null && 'height' in value)
          await call(name, encode(request, { ...value, height: 0n }))
      }
  })

  it('about heights that never were are refused, too', async () => {
    for (const [name, { request }] of Object.entries(methods)) {
      const empty = zero(request)
      for (const height of [-(2n ** 63n), -1n, 60n, 61n, 2n ** 63n - 1n]) {
        if (typeof empty === 'bigint' && height >= 0n) await call(name, encode(request, height))
        if (typeof empty === 'object' && empty !== null && 'height' in empty)
          await call(name, encode(request, { ...empty, height }))
      }
    }
  })

  it('to watch begin a stream or refuse it', () => {
    const sink = { send: () => true, drained: () => Promise.resolve(), fail: () => undefined }
    for (const [name, { request }] of Object.entries(api.topics))
      for (const bytes of damages.truncated(encode(request, zero(request)))) {
        try {
          api.watch(name, decodeRpc(request, bytes), sink)()
        } catch (error) {
          assert.ok(error instanceof CodedError, `${name}: ${String(error)}`)
        }
      }
  })
})
