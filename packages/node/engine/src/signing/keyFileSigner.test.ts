import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { EMPTY_BYTES } from '@wadi/base/bytes'
import { SeededRandom } from '@wadi/base/random'
import { createKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { oasisDialect, stockDialect } from '@wadi/tendermint/dialect'
import { LAST_SIGN_FILE_NAME } from '@wadi/tendermint/lastSign'
import { canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import type { Vote } from '@wadi/tendermint/types/vote'
import { openKeyFileSigner } from './keyFileSigner.ts'

const VOTE: Vote = {
  type: 'prevote',
  height: 5n,
  round: 1,
  blockId: undefined,
  timestamp: { seconds: 7n, nanoseconds: 0 },
  validatorAddress: new Uint8Array(20),
  validatorIndex: 0,
  signature: EMPTY_BYTES,
}

describe('a signer of a key file on this machine', () => {
  const root = mkdtempSync(join(tmpdir(), 'wadi-signer-'))
  after(() => rmSync(root, { recursive: true }))

  for (const dialect of [oasisDialect, stockDialect])
    it(`signs in the dialect ${dialect.name}, and says the same when it is opened again`, () => {
      const folder = join(root, dialect.name)
      nodeFiles.makeFolder(folder)
      const keyPath = join(folder, 'consensus.pem')
      const { publicKey } = createKeyFile(keyPath, new SeededRandom(1n))
      const signatures: Uint8Array[] = []
      for (let life = 0; life < 2; life++) {
        const signer = openKeyFileSigner({ keyPath, files: nodeFiles, folder, dialect })
        assert.deepEqual(signer.publicKey, publicKey)
        signer.signVote('chain', VOTE, (answer) => {
          assert.ok(answer.kind === 'signed')
          signatures.push(answer.signed.signature)
        })
        assert.throws(() => openKeyFileSigner({ keyPath, files: nodeFiles, folder, dialect }), {
          reason: 'signing.held',
        })
        signer.close()
      }
      const message = canonicalVoteBytes('chain', VOTE)
      assert.ok(dialect.verify({ publicKey, message, signature: signatures[0]! }))
      assert.deepEqual(signatures[0], signatures[1])
      if (process.platform === 'win32') return
      assert.equal(statSync(join(folder, LAST_SIGN_FILE_NAME)).mode & 0o777, 0o600)
    })

  it('needs its key', () => {
    const folder = join(root, 'none')
    const keyPath = join(folder, 'consensus.pem')
    const open = () =>
      openKeyFileSigner({ keyPath, files: nodeFiles, folder, dialect: oasisDialect })
    assert.throws(open, { reason: 'keyFile.missing' })
  })
})
