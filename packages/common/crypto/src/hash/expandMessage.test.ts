import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { sha3_384 } from '@noble/hashes/sha3.js'
import { EMPTY_BYTES, toHex, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { XMD_BLOCKS_MAX, XMD_DOMAIN_BYTES_MAX } from '../limits.ts'
import { expandMessageXmd } from './expandMessage.ts'
import { SHA3_384 } from './sha3.ts'
import { SHA256 } from './sha256.ts'
import { SHA512 } from './sha512.ts'

// RFC 9380, appendix K: the messages of all its cases (BSD-3-Clause).
const MESSAGES = [
  '',
  'abc',
  'abcdef0123456789',
  `q128_${'q'.repeat(128)}`,
  `a512_${'a'.repeat(512)}`,
]

/** K.1: SHA-256, 32 bytes. */
const SHA256_SHORT = [
  '68a985b87eb6b46952128911f2a4412bbc302a9d759667f87f7a21d803f07235',
  'd8ccab23b5985ccea865c6c97b6e5b8350e794e603b4b97902f53a8a0d605615',
  'eff31487c770a893cfb36f912fbfcbff40d5661771ca4b2cb4eafe524333f5c1',
  'b23a1d2b4d97b2ef7785562a7e8bac7eed54ed6e97e29aa51bfe3f12ddad1ff9',
  '4623227bcc01293b8c130bf771da8c298dede7383243dc0993d2d94823958c4c',
]

/** K.3: SHA-512, 32 bytes. */
const SHA512_SHORT = [
  '6b9a7312411d92f921c6f68ca0b6380730a1a4d982c507211a90964c394179ba',
  '0da749f12fbe5483eb066a5f595055679b976e93abe9be6f0f6318bce7aca8dc',
  '087e45a86e2939ee8b91100af1583c4938e0f5fc6c9db4b107b83346bc967f58',
  '7336234ee9983902440f6bc35b348352013becd88938d2afec44311caf8356b3',
  '57b5f7e766d5be68a6bfe1768e3c2b7f1228b3e4b3134956dd73a59b954c66f4',
]

/** K.3: SHA-512, 128 bytes. */
const SHA512_LONG = [
  '41b037d1734a5f8df225dd8c7de38f851efdb45c372887be655212d07251b921b052b62eaed99b46f72f2ef4cc96bfaf254ebbbec091e1a3b9e4fb5e5b619d2e0c5414800a1d882b62bb5cd1778f098b8eb6cb399d5d9d18f5d5842cf5d13d7eb00a7cff859b605da678b318bd0e65ebff70bec88c753b159a805d2c89c55961',
  '7f1dddd13c08b543f2e2037b14cefb255b44c83cc397c1786d975653e36a6b11bdd7732d8b38adb4a0edc26a0cef4bb45217135456e58fbca1703cd6032cb1347ee720b87972d63fbf232587043ed2901bce7f22610c0419751c065922b488431851041310ad659e4b23520e1772ab29dcdeb2002222a363f0c2b1c972b3efe1',
  '3f721f208e6199fe903545abc26c837ce59ac6fa45733f1baaf0222f8b7acb0424814fcb5eecf6c1d38f06e9d0a6ccfbf85ae612ab8735dfdf9ce84c372a77c8f9e1c1e952c3a61b7567dd0693016af51d2745822663d0c2367e3f4f0bed827feecc2aaf98c949b5ed0d35c3f1023d64ad1407924288d366ea159f46287e61ac',
  'b799b045a58c8d2b4334cf54b78260b45eec544f9f2fb5bd12fb603eaee70db7317bf807c406e26373922b7b8920fa29142703dd52bdf280084fb7ef69da78afdf80b3586395b433dc66cde048a258e476a561e9deba7060af40adf30c64249ca7ddea79806ee5beb9a1422949471d267b21bc88e688e4014087a0b592b695ed',
  '05b0bfef265dcee87654372777b7c44177e2ae4c13a27f103340d9cd11c86cb2426ffcad5bd964080c2aee97f03be1ca18e30a1f14e27bc11ebbd650f305269cc9fb1db08bf90bfc79b42a952b46daf810359e7bc36452684784a64952c343c52e5124cd1f71d474d5197fefc571a92929c9084ffe1112cf5eea5192ebff330b',
]

describe('expand_message_xmd', () => {
  it('gives the uniform bytes of RFC 9380, appendix K', () => {
    const tag256 = toUtf8('QUUX-V01-CS02-with-expander-SHA256-128')
    const tag512 = toUtf8('QUUX-V01-CS02-with-expander-SHA512-256')
    MESSAGES.map(toUtf8).forEach((message, i) => {
      assert.equal(toHex(expandMessageXmd(SHA256, message, tag256, 32)), SHA256_SHORT[i])
      assert.equal(toHex(expandMessageXmd(SHA512, message, tag512, 32)), SHA512_SHORT[i])
      assert.equal(toHex(expandMessageXmd(SHA512, message, tag512, 128)), SHA512_LONG[i])
    })
  })

  it('agrees with another implementation, also where the tag is too long to be used itself', () => {
    const tags = fc.uint8Array({ minLength: 1, maxLength: 300 })
    const sizes = fc.integer({ min: 1, max: 400 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), tags, sizes, (message, tag, size) => {
        for (const [ours, theirs] of [
          [SHA256, sha256],
          [SHA512, sha512],
          [SHA3_384, sha3_384],
        ] as const) {
          assert.deepEqual(
            Uint8Array.from(expandMessageXmd(ours, message, tag, size)),
            expand_message_xmd(message, tag, size, theirs),
          )
        }
      }),
      { numRuns: 40 },
    )
  })

  it(`uses a tag of ${XMD_DOMAIN_BYTES_MAX} bytes itself, and a longer one by its hash`, () => {
    for (const size of [XMD_DOMAIN_BYTES_MAX, XMD_DOMAIN_BYTES_MAX + 1]) {
      const tag = new Uint8Array(size).fill(7)
      const expected = expand_message_xmd(EMPTY_BYTES, tag, 32, sha256)
      assert.deepEqual(Uint8Array.from(expandMessageXmd(SHA256, EMPTY_BYTES, tag, 32)), expected)
    }
  })

  it(`gives ${XMD_BLOCKS_MAX} blocks and no more`, () => {
    const tag = toUtf8('tag')
    const give = (size: number) => expandMessageXmd(SHA256, EMPTY_BYTES, tag, size)
    assert.equal(give(XMD_BLOCKS_MAX * 32).length, XMD_BLOCKS_MAX * 32)
    assert.throws(() => give(XMD_BLOCKS_MAX * 32 + 1), { name: 'BugError' })
  })
})
