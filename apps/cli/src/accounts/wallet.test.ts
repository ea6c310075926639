import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'
import { ARGON2_LANES_MAX, ARGON2_MEMORY_KIB_MAX, ARGON2_PASSES_MAX } from '../limits.ts'
import { envelopeOf, open, seal } from './wallet.ts'

/** Made by Go's argon2 and deoxysii packages, in the layout of the oasis command line. */
const VECTOR = {
  data: 'VdUgxOGoX6Iz7bWl4IFVUkZcRoemm6Jt6eOi1J9kt0osSRZmjkFM9vckMWXVfg6CZ4hSg9C7xm8SSRS7P/iBGf42AplqsnUC+S5GBCNnCJcy4hqMS8tKIgOBIn5BaI3dGiiQ0o1hb1CTtzIZwzx6j7Tjfnqxzoq37TnDEOD/7QBjkmGwIsCyZvel1IScxph78MeV',
  kdf: {
    argon2: {
      salt: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
      time: 1,
      memory: 65_536,
      threads: 4,
    },
  },
  nonce: 'ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM=',
}
const PASSWORD = new Secret('correct horse')

describe('a wallet', () => {
  it('opens as the reference seals it', () => {
    const { algorithm, data } = open(envelopeOf(VECTOR)!, PASSWORD, 'alice')
    assert.equal(algorithm, 'ed25519-adr8')
    assert.equal(data.reveal(), `${'abandon '.repeat(11)}about`)
  })

  it('opens again with the same password and with no other', () => {
    const secret = { algorithm: 'ed25519-raw', data: new Secret('c2VjcmV0') } as const
    const envelope = envelopeOf({ ...seal(secret, PASSWORD, new SeededRandom(1n)) })!
    assert.equal(open(envelope, PASSWORD, 'alice').data.reveal(), 'c2VjcmV0')
    assert.throws(() => open(envelope, new Secret('correct hose'), 'alice'), {
      reason: 'wadi.wrongPassword',
    })
  })

  it('is never sealed twice alike', () => {
    const secret = { algorithm: 'ed25519-raw', data: new Secret('c2VjcmV0') } as const
    const random = new SeededRandom(1n)
    assert.notDeepEqual(seal(secret, PASSWORD, random), seal(secret, PASSWORD, random))
  })

  it('may ask for so much of a machine, and no more', () => {
    const withCost = (cost: object) =>
      envelopeOf({ ...VECTOR, kdf: { argon2: { ...VECTOR.kdf.argon2, ...cost } } })
    const most = {
      time: ARGON2_PASSES_MAX,
      memory: ARGON2_MEMORY_KIB_MAX,
      threads: ARGON2_LANES_MAX,
    }
    assert.ok(withCost(most))
    for (const [name, value] of Object.entries(most)) {
      assert.equal(withCost({ [name]: value + 1 }), undefined, name)
      assert.equal(withCost({ [name]: 0 }), undefined, name)
      assert.equal(withCost({ [name]: 1.5 }), undefined, name)
      assert.equal(withCost({ [name]: '1' }), undefined, name)
    }
    assert.equal(withCost({ memory: 31, threads: 4 }), undefined)
  })

  it('is nothing else', () => {
    for (const fields of [
      {},
      { ...VECTOR, kdf: {} },
      { ...VECTOR, kdf: { argon2: [] } },
      { ...VECTOR, nonce: 'AAAA' },
      { ...VECTOR, data: '!' },
      { ...VECTOR, data: 7 },
    ])
      assert.equal(envelopeOf(fields), undefined)
  })
})
