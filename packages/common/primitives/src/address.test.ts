import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toUtf8 } from '@wadi/base/bytes'
import { arbitrary } from '@wadi/cbor/arbitrary'
import { decode, encode } from '@wadi/cbor/codec'
import { parseJson, toJson } from '@wadi/cbor/json'
import fc from 'fast-check'
import {
  Address,
  moduleAddress,
  parseAddress,
  printAddress,
  runtimeAddress,
  stakingAddress,
  vaultAddress,
  ZERO_ADDRESS,
} from './address.ts'
import { testNamespace } from './namespace.ts'
import { PublicKey } from './publicKey.ts'

const fill = (head: string) => PublicKey.check(parseHex(head.padEnd(64, 'f')))

describe('Address', () => {
  it('gives the texts of the reference', () => {
    const texts = [
      [stakingAddress(fill('badadd1e55')), 'oasis1qryqqccycvckcxp453tflalujvlf78xymcdqw4vz'],
      [ZERO_ADDRESS, 'oasis1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq0ltrq9'],
      [
        runtimeAddress(testNamespace(toUtf8('runtime address test 1'))),
        'oasis1qpllh99nhwzrd56px4txvl26atzgg4f3a58jzzad',
      ],
      [moduleAddress('test', 'foo'), 'oasis1qpgsr850rfz7v8nxpgz8urkw3xp4nnwjgux629kl'],
    ] as const
    for (const [address, text] of texts) {
      assert.equal(printAddress(address), text)
      assert.deepEqual(parseAddress(text), address)
    }
  })

  it('of a vault is that of a module whose kind names the vault again', () => {
    const creator = stakingAddress(fill('badadd1e55'))
    const kind = `vault.${printAddress(creator)}.7`
    assert.deepEqual(vaultAddress(creator, 7n), moduleAddress('vault', kind))
  })

  it('comes back from the wire, from JSON and from its text', () => {
    fc.assert(
      fc.property(arbitrary(Address), (address) => {
        assert.deepEqual(decode(Address, encode(Address, address)), address)
        assert.deepEqual(parseJson(Address, toJson(Address, address)), address)
        assert.deepEqual(parseAddress(printAddress(address)), address)
      }),
    )
  })

  it('is refused with another prefix, another size, a wrong digit, or in bech32m', () => {
    const wrong = [
      'oasis1qryqqccycvckcxp453tflalujvlf78xymcdqw4vy',
      'cosmos1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5lzv7xu',
      'oasis1qqqsyrf40m',
      'a1lqfn3a',
      '',
    ]
    for (const text of wrong) {
      assert.throws(() => parseAddress(text), { module: 'unknown', code: 1 }, text)
      assert.throws(() => parseJson(Address, JSON.stringify(text)), { module: 'unknown' }, text)
    }
  })
})
