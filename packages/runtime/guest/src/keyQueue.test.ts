import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { toUtf8 } from '@wadi/base/bytes'
import { encodeRust } from '@wadi/cbor/codec'
import { bytes, raw, text, u8, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { keyvalueRuntime } from '@wadi/paratime-keyvalue/runtime'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import { KeyHost } from './testing/keyHost.ts'

const Call = struct({ sender: bytes, nonce: u64, method: text, args: raw })
const Pair = struct({ key: text, value: text, generation: u64, churpId: u8 })

function insertOf(key: string, generation = 0n): Uint8Array {
  const args = encodeRust(Pair, { key, value: 'value', generation, churpId: 0 })
  return encodeRust(Call, { sender: toUtf8(key), nonce: 0n, method: 'enc_insert', args })
}

function outputsOf(body: Body): string {
  assert.ok(body.kind === 'RuntimeExecuteTxBatchResponse', inspect(body))
  return body.body.batch.ioWriteLog
    .map(([, value]) => Buffer.from(value ?? []).toString('latin1'))
    .join()
}

describe('a runtime with a key manager', () => {
  it('seals with keys that it asks for, each once, whatever is executed again', async () => {
    const host = new KeyHost(keyvalueRuntime)
    await host.begin()
    const first = await host.execute([insertOf('a'), insertOf('b'), insertOf('c')])
    assert.match(outputsOf(first), /Success/)
    // Two messages of a handshake, and three calls in it.
    assert.equal(host.callCount, 5)
    assert.deepEqual(await host.execute([insertOf('a'), insertOf('b'), insertOf('c')]), first)
    assert.equal(host.callCount, 5)
    await host.leave()
  })

  it('fails a call, and no batch, when the key manager refuses', async () => {
    const host = new KeyHost(keyvalueRuntime)
    await host.begin()
    const body = await host.execute([insertOf('a'), insertOf('b', 9n)])
    assert.match(outputsOf(body), /call failed: generation is in the future: expected max 0, got 9/)
    await host.leave()
  })

  it('fails a call when no key manager can be reached', async () => {
    const host = new KeyHost(keyvalueRuntime)
    await host.begin()
    for (const node of host.world.nodes) node.isUp = false
    assert.match(outputsOf(await host.execute([insertOf('a')])), /transport error/)
    assert.equal(host.callCount, 4)
    await host.leave()
  })

  it('refuses a status that the consensus layer has not', async () => {
    const host = new KeyHost(keyvalueRuntime)
    await host.begin()
    const status = { ...host.world.status, generation: 7n }
    const told = await host.ask({ kind: 'RuntimeKeyManagerStatusUpdateRequest', body: { status } })
    assert.ok(told.kind === 'Error')
    assert.deepEqual(told.body, { module: 'unknown', code: 1, message: 'status mismatch' })
    await host.leave()
  })

  it('asks one question after the other, and answers all that wait', async () => {
    const host = new KeyHost(keyvalueRuntime)
    await host.begin()
    let open = 0
    host.world.intercept = (request, next) => {
      if (request.kind !== 'HostRPCCallRequest') return next()
      assert.equal(++open, 1, 'calls overlap')
      const answer = next()
      open--
      return answer
    }
    const batches = await Promise.all(
      ['a', 'b', 'c'].map((key) => host.execute([insertOf(key), insertOf(`${key}${key}`)])),
    )
    for (const batch of batches) assert.doesNotMatch(outputsOf(batch), /Error/)
    assert.equal(host.callCount, 2 + 6)
    await host.leave()
  })

  it('asks once for a key that many want at the same time, and again when it was refused', async () => {
    const host = new KeyHost(keyvalueRuntime)
    await host.begin()
    const refused = /generation is in the future/
    const wanted = () => host.execute([insertOf('b', 9n)])
    for (const body of await Promise.all(Array.from({ length: 20 }, wanted)))
      assert.match(outputsOf(body), refused)
    // Two messages of a handshake, and one call.
    assert.equal(host.callCount, 3)
    assert.match(outputsOf(await wanted()), refused)
    assert.equal(host.callCount, 4)
    await host.leave()
  })
})
