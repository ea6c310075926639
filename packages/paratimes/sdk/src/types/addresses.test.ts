import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, parseHex, toHex, toUtf8 } from '@wadi/base/bytes'
import { secp256k1 } from '@wadi/crypto/ecdsa/nobleEcdsa'
import { uncompressPoint } from '@wadi/crypto/ecdsa/uncompressPoint'
import { printAddress } from '@wadi/primitives/address'
import { COMMON_POOL, FEE_ACCUMULATOR } from '../modules/accounts/state.ts'
import { PENDING_DELEGATION, PENDING_WITHDRAWAL } from '../modules/consensus-accounts/state.ts'
import { REWARD_POOL } from '../modules/rewards/rewards.ts'
import { u64Bytes } from '../state/table.ts'
import { alice, bob, dave, frank, together } from '../testing/testKeys.ts'
import {
  addressOfEth,
  addressOfKey,
  customEthAddress,
  ethAddressOf,
  moduleAddress,
  moduleAddressOfBytes,
} from './addresses.ts'
import { standardKey } from './compactPoint.ts'

/** Well-known accounts, and those of the reference's test keys. */
const KNOWN = [
  [COMMON_POOL, 'oasis1qz78phkdan64g040cvqvqpwkplfqf6tj6uwcsh30'],
  [FEE_ACCUMULATOR, 'oasis1qp3r8hgsnphajmfzfuaa8fhjag7e0yt35cjxq0u4'],
  [PENDING_WITHDRAWAL, 'oasis1qr677rv0dcnh7ys4yanlynysvnjtk9gnsyhvm6ln'],
  [PENDING_DELEGATION, 'oasis1qzcdegtf7aunxr5n5pw7n5xs3u7cmzlz9gwmq49r'],
  [REWARD_POOL, 'oasis1qp7x0q9qahahhjas0xde8w0v04ctp4pqzu5mhjav'],
  [moduleAddress('rofl', 'app-stake-pool'), 'oasis1qza6sddnalgzexk3ct30gqfvntgth5m4hsyywmff'],
  [
    moduleAddressOfBytes('contracts', u64Bytes(14_324n)),
    'oasis1qzasj0kq0hlq6vzw4ajhrwgp3tqx6rnwvg2ylu2v',
  ],
  [alice.address, 'oasis1qrec770vrek0a9a5lcrv0zvt22504k68svq7kzve'],
  [bob.address, 'oasis1qrydpazemvuwtnp3efm7vmfvg3tde044qg6cxwzx'],
  [dave.address, 'oasis1qrk58a6j2qn065m6p06jgjyt032f7qucy5wqeqpt'],
  [frank.address, 'oasis1qqnf0s9p8z79zfutszt0hwlh7w7jjrfqnq997mlw'],
  [together.address, 'oasis1qpcprk8jxpsjxw9fadxvzrv9ln7td69yus8rmtux'],
] as const

describe('addresses', () => {
  it('are those that everybody knows', () => {
    for (const [address, text] of KNOWN) assert.equal(printAddress(address), text)
  })

  it('of keys of Ethereum are those of their addresses there', () => {
    const eth = ethAddressOf(dave.signer.publicKey.body)
    assert.equal(toHex(eth), 'dce075e1c39b1ae0b75d554558b6451a226ffe00')
    assert.deepEqual(addressOfEth(eth), dave.address)
  })

  it('do not depend on how a point is written', () => {
    const compressed = dave.signer.publicKey.body
    const body = uncompressPoint('secp256k1', compressed)!
    assert.deepEqual(addressOfKey({ kind: 'secp256k1eth', body }), dave.address)
    const even = Uint8Array.of(2, ...compressed.subarray(1))
    const compact = Uint8Array.of(5, ...compressed.subarray(1))
    assert.deepEqual(ethAddressOf(compact), ethAddressOf(even))
  })

  it('are not made of what is no point', () => {
    const noPoint = Uint8Array.of(2, ...new Uint8Array(32).fill(0xff))
    assert.throws(() => ethAddressOf(noPoint), { reason: 'paratimeKeys.badPoint' })
  })

  it('of modules on Ethereum are as long as all others there', () => {
    const address = customEthAddress(
      'roflmarket.instance',
      concatBytes(alice.address, u64Bytes(0n)),
    )
    assert.equal(address.length, 20)
    assert.notDeepEqual(address, customEthAddress('roflmarket.instance', toUtf8('x')))
  })
})

describe('compact points', () => {
  const x = secp256k1.publicKey(parseHex(`${'00'.repeat(31)}01`)).subarray(1)

  it('are even on the curve of Ethereum', () => {
    assert.deepEqual(standardKey('secp256k1', Uint8Array.of(5, ...x)), Uint8Array.of(2, ...x))
  })

  it('are the smaller ones of two on the other curves', () => {
    /** The base point of P-256 (SEC 2, 2.4.2). */
    const base = parseHex('6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296')
    const key = standardKey('secp256r1', Uint8Array.of(5, ...base))
    const [a, b] = [2, 3].map((tag) => uncompressPoint('secp256r1', Uint8Array.of(tag, ...base))!)
    const isSmaller = toHex(a!) < toHex(b!) ? a : b
    assert.deepEqual(key, isSmaller)
    assert.equal(standardKey('secp256r1', Uint8Array.of(5, ...base.map(() => 0xff))), undefined)
  })
})
