import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { MerlinTranscript } from './merlin.ts'

const create = (): MerlinTranscript => MerlinTranscript.create('test protocol')

describe('a Merlin transcript', () => {
  // The two test transcripts of the merlin crate (MIT), also in its C and Go implementations.
  it('gives the challenge of the published simple transcript', () => {
    const transcript = create()
    transcript.append('some label', toUtf8('some data'))
    assert.equal(
      toHex(transcript.challenge('challenge', 32)),
      'd5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615',
    )
  })

  it('gives the last challenge of the published complex transcript', () => {
    const transcript = create()
    transcript.append('step1', toUtf8('some data'))
    const data = new Uint8Array(1024).fill(99)
    let challenge = new Uint8Array(0)
    for (let i = 0; i < 32; i++) {
      challenge = Uint8Array.from(transcript.challenge('challenge', 32))
      transcript.append('bigdata', data)
      transcript.append('challengedata', challenge)
    }
    assert.equal(
      toHex(challenge),
      'a8c933f54fae76e3f9bea93648c1308e7dfa2152dd51674ff3ca438351cf003c',
    )
  })

  // What curve25519-voi (primitives/merlin, 2025-11-14), the reference's library, gives.
  it('gives the same challenge wherever its messages end in a block', () => {
    const transcript = MerlinTranscript.create('alignments')
    let challenge = new Uint8Array(0)
    for (let size = 0; size <= 200; size++) {
      transcript.append('m', new Uint8Array(size))
      challenge = Uint8Array.from(transcript.challenge('c', 32))
    }
    assert.equal(
      toHex(challenge),
      '0a72261ca0966fbf94a8959ce7a852172f24eb51d36e255bf2332d739064cb3d',
    )
  })

  it('writes numbers as eight bytes, least significant first', () => {
    const [a, b] = [create(), create()]
    a.appendU64('n', 0x0102030405060708n)
    b.append('n', Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1))
    assert.deepEqual(a.challenge('c', 64), b.challenge('c', 64))
  })

  it('depends on every label, message and boundary', () => {
    const message = fc.tuple(fc.string({ maxLength: 5 }), fc.uint8Array({ maxLength: 400 }))
    const script = fc.array(message, { maxLength: 4 })
    const play = (messages: readonly (readonly [string, Uint8Array])[]): string => {
      const transcript = create()
      for (const [label, bytes] of messages) transcript.append(label, bytes)
      return toHex(transcript.challenge('c', 32))
    }
    const text = (messages: readonly (readonly [string, Uint8Array])[]): string =>
      JSON.stringify(messages.map(([label, bytes]) => [label, toHex(bytes)]))
    fc.assert(
      fc.property(script, script, (a, b) => {
        assert.equal(play(a) === play(b), text(a) === text(b))
      }),
    )
  })

  it('has clones that go their own ways', () => {
    const a = create()
    a.append('shared', toUtf8('past'))
    const b = a.clone()
    a.append('own', toUtf8('a'))
    const c = b.clone()
    assert.deepEqual(b.challenge('c', 32), c.challenge('c', 32))
    assert.notDeepEqual(a.challenge('c', 32), b.challenge('c', 32))
  })

  // What curve25519-voi (primitives/merlin, 2025-11-14), the reference's library, gives.
  it("gives the reference's witness for two secrets and fixed randomness", () => {
    const transcript = create()
    transcript.append('step', toUtf8('some data'))
    const secrets = [toUtf8('one'), new Uint8Array(200).fill(9)]
    const random = new Uint8Array(32).fill(7)
    assert.equal(
      toHex(transcript.witness('signing', 64, { secrets, random })),
      'ac007f97042b0156efbe240a30da79c6b07f82033aa35c563489a54afe3f33bb' +
        'e2cfc2e7ce8efdd94199a0ae1852c4b8339b1c068b697049c98da152e8a70e69',
    )
  })

  it('gives witnesses that need all secrets and the randomness, and stays as it is', () => {
    const random = new Uint8Array(32).fill(7)
    const secrets = [toUtf8('one'), toUtf8('two')]
    const transcript = create()
    const before = transcript.clone()
    const witness = transcript.witness('signing', 64, { secrets, random })
    assert.deepEqual(transcript.witness('signing', 64, { secrets, random }), witness)
    const others = [
      transcript.witness('signing', 64, { secrets: [secrets[0]!], random }),
      transcript.witness('signing', 64, { secrets, random: new Uint8Array(32) }),
      transcript.witness('another', 64, { secrets, random }),
    ]
    for (const other of others) assert.notDeepEqual(other, witness)
    assert.deepEqual(transcript.challenge('c', 32), before.challenge('c', 32))
    assert.throws(
      () => transcript.witness('signing', 64, { secrets, random: new Uint8Array(31) }),
      {
        name: 'BugError',
      },
    )
  })
})
