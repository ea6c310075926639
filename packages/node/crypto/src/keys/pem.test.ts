import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { KEY_FILE_BYTES_MAX } from '../limits.ts'
import { encodePem, parsePem, parsePemOfSize } from './pem.ts'

const sample = (name: string): string =>
  readFileSync(new URL(`../../samples/${name}.pem`, import.meta.url), 'latin1')

describe('a PEM file', () => {
  it("is written as the reference's are", () => {
    for (const [name, type] of [
      ['consensus_pub', 'ED25519 PUBLIC KEY'],
      ['tls_identity_cert', 'CERTIFICATE'],
    ] as const) {
      assert.equal(encodePem(type, parsePem(type, sample(name))), sample(name))
    }
  })

  it('is read back to what was written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
        assert.deepEqual(parsePem('STATIC ENTROPY', encodePem('STATIC ENTROPY', body)), body)
      }),
    )
  })

  it('may begin with a text and end its lines as on Windows', () => {
    const text = `a note\n${encodePem('X', Uint8Array.of(1, 2, 3))}`
    assert.deepEqual(parsePem('X', text), Uint8Array.of(1, 2, 3))
    assert.deepEqual(parsePem('X', text.replaceAll('\n', '\r\n')), Uint8Array.of(1, 2, 3))
  })

  it('may have blanks at the ends of lines and in its body, as in the reference', () => {
    const text = '-----BEGIN X----- \nAQ I\n\t D\n-----END X-----\t\n'
    assert.deepEqual(parsePem('X', text), Uint8Array.of(1, 2, 3))
  })

  it('has its last line for itself, as in the reference', () => {
    const text = '-----BEGIN X-----\nAQID-----END X-----\n'
    assert.throws(() => parsePem('X', text), { reason: 'pem.malformed' })
  })

  it('is refused with another type, another size, or something after it', () => {
    const text = encodePem('X', Uint8Array.of(1, 2, 3))
    assert.throws(() => parsePem('Y', text), { reason: 'pem.wrongType' })
    assert.throws(() => parsePemOfSize('X', text, 4), { reason: 'pem.wrongSize' })
    assert.throws(() => parsePem('X', text + text), { reason: 'pem.trailing' })
    assert.throws(() => parsePem('X', `${text}\n`), { reason: 'pem.trailing' })
  })

  it('is refused when it is cut or too long', () => {
    const text = encodePem('X', Uint8Array.of(1, 2, 3))
    for (let size = 0; size < text.length - 1; size++) {
      assert.throws(() => parsePem('X', text.slice(0, size)), { reason: 'pem.malformed' })
    }
    const atBound = text.padStart(KEY_FILE_BYTES_MAX - 1, '\n')
    assert.deepEqual(parsePem('X', `\n${atBound}`.slice(0)), Uint8Array.of(1, 2, 3))
    assert.throws(() => parsePem('X', `\n\n${atBound}`), { reason: 'pem.malformed' })
  })

  it('never shows its body in an error', () => {
    const secret = '!SECRET!'
    const text = `-----BEGIN X-----\n${secret}\n-----END X-----\n`
    assert.throws(
      () => parsePem('X', text),
      (error: Error) => !error.message.includes(secret) && error.cause === undefined,
    )
  })
})
