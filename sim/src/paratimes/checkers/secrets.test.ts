import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/keymanager'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import type { KeyManagerNode } from '../nodes/keyManagerNode.ts'
import { calmParatimes } from '../testing/calmParatimes.ts'
import type { ParatimeWorld } from './paratimeChecker.ts'
import { createSecrets } from './secrets.ts'

const CHECKSUM = Uint8Array.of(1)
const signerOf = (name: string) => createTestSigner('node', name)

/** What is found of key managers that have these secrets, where the network has the first. */
function foundOf(secrets: readonly { readonly checksum: Uint8Array; readonly name: string }[]) {
  const found: string[] = []
  const keyStatus = make(Status, { isInitialized: true, checksum: CHECKSUM, generation: 0n })
  const world = {
    plan: calmParatimes(1n, { keyManagers: secrets.length }),
    chain: { keyStatus, height: 1n },
    report: (_checker: string, why: string) => void found.push(why),
  } as unknown as ParatimeWorld
  const keepers = secrets.map(({ checksum, name }, index) => {
    return { index, isHonest: true, secret: { generation: 0n, checksum, signer: signerOf(name) } }
  })
  const checker = createSecrets(world, keepers as unknown as KeyManagerNode[])
  checker.onBlock?.({ height: 1n, epoch: 1n } as never)
  return found
}

describe('the checker of secrets', () => {
  it('is content where all have the same', () => {
    const same = { checksum: CHECKSUM, name: 'one' }
    assert.deepEqual(foundOf([same, same]), [])
  })

  it('finds who derives another key, and who has another secret', () => {
    const one = { checksum: CHECKSUM, name: 'one' }
    const otherKey = foundOf([one, { ...one, name: 'two' }])
    assert.match(otherKey.join(), /node 1 has another key of secret 01/)
    const otherSecret = foundOf([one, { checksum: Uint8Array.of(2), name: 'two' }])
    assert.match(otherSecret.join(), /node 1 has another secret than the network/)
  })
})
