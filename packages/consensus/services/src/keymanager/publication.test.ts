import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { make, zero } from '@wadi/cbor/codec'
import { EncryptedSecret, Status } from '@wadi/consensus/keymanager'
import type { Node } from '@wadi/primitives/node'
import { testKey } from '../testing/testNodes.ts'
import { INSECURE_RAK, INSECURE_REK } from './enclaveKeys.ts'
import { checkCoverage, publicationKeysOf } from './publication.ts'
import {
  asNode,
  enclaveEntry,
  encryptedSecret,
  keyManagerContext,
  kmNode,
  RUNTIME,
  rakOf,
  refused,
  rekOf,
  runtimeEntry,
  SGX_RUNTIME,
} from './testing/testEnclaves.ts'

/** The keys of a committee of some nodes, of which the first one publishes. */
function keysOf(nodes: readonly Node[], runtime = SGX_RUNTIME, committee = nodes) {
  const ctx = asNode(keyManagerContext({ runtime, nodes }), 1)
  const status = make(Status, { nodes: committee.map(({ id }) => id) })
  return publicationKeysOf(ctx, runtime, status)
}

const enclave = (n: number) => kmNode(n, { runtimes: [enclaveEntry(n)] })
const without = (n: number) => kmNode(n, { runtimes: undefined })

describe('the keys of a publication', () => {
  it('are one for all where there are no enclaves', () => {
    const { rak, reks } = keysOf([kmNode(1), kmNode(2)], RUNTIME)
    assert.deepEqual(rak, INSECURE_RAK)
    assert.deepEqual([...reks], [toHex(INSECURE_REK)])
  })

  it("are those of the publisher's enclave and of all enclaves of the committee", () => {
    const { rak, reks } = keysOf([enclave(1), enclave(2)])
    assert.deepEqual(rak, rakOf(1).publicKey)
    assert.deepEqual(
      [...reks],
      [1, 2].map((n) => toHex(rekOf(n))),
    )
  })

  it('are those of the first version that a node runs', () => {
    const node = kmNode(1, { runtimes: [undefined, enclaveEntry(5), enclaveEntry(6)] })
    const { rak, reks } = keysOf([node])
    assert.deepEqual(rak, rakOf(5).publicKey)
    assert.deepEqual([...reks], [toHex(rekOf(5))])
  })

  it('leave out members without the runtime, an enclave or a key', () => {
    const { capabilities } = enclaveEntry(4)
    const keyless = runtimeEntry({
      capabilities: { tee: { ...capabilities.tee!, rek: undefined } },
    })
    const nodes = [enclave(1), without(2), kmNode(3), kmNode(4, { runtimes: [keyless] })]
    assert.deepEqual([...keysOf(nodes).reks], [toHex(rekOf(1))])
  })

  it('are refused if a member has no descriptor', () => {
    const gone = [enclave(1), enclave(2)]
    assert.throws(() => keysOf([enclave(1)], SGX_RUNTIME, gone), { module: 'registry', code: 10 })
    assert.throws(() => keysOf([enclave(2)]), { module: 'registry', code: 10 })
  })

  it('are refused if the publisher does not run the key manager in its enclave', () => {
    assert.throws(() => keysOf([without(1)]), refused('notRunning'))
    assert.throws(() => keysOf([kmNode(1)]), refused('noTee'))
    const strange = { ...SGX_RUNTIME, teeHardware: 2 }
    assert.throws(() => keysOf([enclave(1)], strange), refused('teeMismatch'))
  })
})

describe('the recipients of a secret', () => {
  const check = (recipients: readonly number[], members: readonly number[]) =>
    checkCoverage(
      encryptedSecret(recipients.map(rekOf)),
      new Set(members.map((n) => toHex(rekOf(n)))),
    )

  it('are 66 of a hundred, or more', () => {
    const numbers = Array.from({ length: 100 }, (_, i) => i)
    check(numbers.slice(0, 66), numbers)
    assert.throws(() => check(numbers.slice(0, 65), numbers), refused('tooFewKeys'))
    check([1, 2], [1, 2, 3])
    assert.throws(() => check([1], [1, 2]), refused('tooFewKeys'))
  })

  it('are members only', () => {
    assert.throws(() => check([1, 2, 4], [1, 2, 3]), refused('unknownKey'))
  })

  it('are somebody', () => {
    assert.throws(() => check([], [1]), refused('tooFewKeys'))
    assert.throws(() => check([], []), refused('noKeys'))
    const reks = new Set([toHex(testKey(1))])
    const nobody = { ...zero(EncryptedSecret), ciphertexts: undefined }
    assert.throws(() => checkCoverage(nobody, reks), refused('tooFewKeys'))
  })
})
