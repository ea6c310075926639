import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError, defineErrors, UnavailableError } from '@wadi/base/errors'
import { statusError } from '../status.ts'
import { errors, Test, TestServer } from '../testing/testServer.ts'
import { createClient } from './createClient.ts'

const ledger = defineErrors('clientTestLedger', { balanceTooLow: [10, 'balance too low'] })

describe('a client of a service', () => {
  it('gets answers of any size', async () => {
    await using test = await TestServer.start()
    const client = createClient(test.channel(), Test)
    for (const size of [0, 1, 200, 70_000, 3_000_000]) {
      const request = new Uint8Array(size).fill(size)
      assert.deepEqual(new Uint8Array(await client.Echo(request)), request)
    }
    assert.equal(await client.Greet({ name: 'you', count: 7n }), 'you 7')
    assert.equal(await client.Nothing(), undefined)
  })

  it('gets the error that the service threw', async () => {
    await using test = await TestServer.start()
    const client = createClient(test.channel(), Test)
    test.service.failures['coded'] = () => ledger.balanceTooLow('ü 50%')
    test.service.failures['plain'] = () => errors.plain()
    test.service.failures['status'] = () => statusError('notFound', 'not here')
    test.service.failures['world'] = () => new UnavailableError('disk', 'disk is full')
    const fails = async (name: string) => {
      const error: unknown = await client.Fail(name).catch((reason: unknown) => reason)
      assert.ok(error instanceof CodedError || error instanceof UnavailableError)
      const numbers = error instanceof CodedError ? `${error.module}/${error.code}` : 'unavailable'
      return `${numbers} ${error.reason} ${error.message}`
    }
    assert.equal(
      await fails('coded'),
      'clientTestLedger/10 clientTestLedger.remote clientTestLedger: balance too low: ü 50%',
    )
    assert.equal(await fails('plain'), 'unknown/1 grpc.unknown grpc test: as it is')
    assert.equal(await fails('status'), 'unknown/1 grpc.notFound not here')
    assert.equal(await fails('world'), 'unavailable grpc.unavailable disk is full')
  })

  it('gets the answers of a stream', async () => {
    await using test = await TestServer.start()
    const client = createClient(test.channel(), Test)
    const answers = client.Watch()
    await test.service.until(() => test.service.streams.length === 1)
    const [stream] = test.service.streams
    for (let i = 0; i < 100; i++) stream!.send(new Uint8Array(i).fill(i))
    stream!.end()
    const sizes: number[] = []
    for await (const answer of answers) sizes.push(answer.length)
    assert.deepEqual(
      sizes,
      Array.from({ length: 100 }, (_, i) => i),
    )
    assert.equal(test.service.released, 1)
  })
})
