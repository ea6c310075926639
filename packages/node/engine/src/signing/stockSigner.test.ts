import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { EMPTY_BYTES, toBase64, toUtf8 } from '@wadi/base/bytes'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { PublicKey } from '@wadi/primitives/publicKey'
import { stockDialect } from '@wadi/tendermint/dialect'
import type { Vote } from '@wadi/tendermint/types/vote'
import { FileSigner } from './fileSigner.ts'
import { stockForm } from './lastSignForm.ts'
import type { SignAnswer } from './privateValidator.ts'
import {
  createStockKeyFile,
  loadStockKeyFile,
  parseStockKey,
  printStockKey,
} from './stockKeyFile.ts'
import { openStockSigner } from './stockSigner.ts'

// Written by CometBFT 0.37.18 with the key of the secret "wadi", before and after it signed VOTE.
const KEY = `{
  "address": "3F20E614BAFA1CCAEECFB91E74FB4E7989B5FB49",
  "pub_key": {
    "type": "tendermint/PubKeyEd25519",
    "value": "7wYVUpjOTog61aVTWFbvNiDTNq+GBXlGhyGg1SAs7AM="
  },
  "priv_key": {
    "type": "tendermint/PrivKeyEd25519",
    "value": "PmYgfgCTGguHyCgn7Gb+e9S4eQfaRvXrhoF1rxiQyhLvBhVSmM5OiDrVpVNYVu82INM2r4YFeUaHIaDVICzsAw=="
  }
}`
const NOTHING = `{
  "height": "0",
  "round": 0,
  "step": 0
}`
const SIGNATURE =
  'OMB90Bhie1cLZ81UwonKnjR67JmajAe76UtqVxWPkp43AVp4Ch5HudhC5ujZitxQb+Y7tJ43LNixNhW1e+ldDA=='
const SIGNED = `{
  "height": "7",
  "round": 2,
  "step": 3,
  "signature": "${SIGNATURE}",
  "signbytes": "6F080211070000000000000019020000000000000022480A20000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F122408011220000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F2A080880E2CFAA0610053205636861696E"
}`
const HASH = Uint8Array.from({ length: 32 }, (_, i) => i)
const VOTE: Vote = {
  type: 'precommit',
  height: 7n,
  round: 2,
  blockId: { hash: HASH, partSetHeader: { total: 1, hash: HASH } },
  timestamp: { seconds: 1_700_000_000n, nanoseconds: 5 },
  validatorAddress: new Uint8Array(20),
  validatorIndex: 0,
  signature: EMPTY_BYTES,
}

describe('a signer of the files of CometBFT', () => {
  const root = mkdtempSync(join(tmpdir(), 'wadi-stock-'))
  after(() => rmSync(root, { recursive: true }))
  let count = 0
  const folderWith = (state: string | undefined): string => {
    const folder = join(root, `${count++}`)
    nodeFiles.makeFolder(folder)
    createStockKeyFile(join(folder, 'key.json'), parseStockKey(KEY))
    if (state !== undefined) writeFileSync(join(folder, 'priv_validator_state.json'), state)
    return folder
  }
  const open = (folder: string) =>
    openStockSigner({
      keyPath: join(folder, 'key.json'),
      folder,
      files: nodeFiles,
      dialect: stockDialect,
    })
  const stateIn = (folder: string) =>
    readFileSync(join(folder, 'priv_validator_state.json'), 'latin1')
  const sign = (folder: string, vote: Vote): SignAnswer<Vote> => {
    const signer = open(folder)
    let answer: SignAnswer<Vote> | undefined
    signer.signVote('chain', vote, (given) => {
      answer = given
    })
    signer.close()
    assert.ok(answer !== undefined)
    return answer
  }

  it('signs as CometBFT does, and leaves the files that it would leave', () => {
    for (const state of [NOTHING, undefined]) {
      const folder = folderWith(state)
      const answer = sign(folder, VOTE)
      assert.ok(answer.kind === 'signed')
      assert.equal(toBase64(answer.signed.signature), SIGNATURE)
      assert.equal(stateIn(folder), SIGNED)
      assert.equal(readFileSync(join(folder, 'key.json'), 'latin1'), KEY)
    }
  })

  it('goes on where CometBFT ended, and signs nothing that it would not sign', () => {
    const folder = folderWith(SIGNED)
    const signer = open(folder)
    assert.equal(signer.lastSignedHeight, 7n)
    signer.close()
    const whyOf = (vote: Vote) => {
      const answer = sign(folder, vote)
      return answer.kind === 'refused' ? answer.why : toBase64(answer.signed.signature)
    }
    assert.equal(
      whyOf({ ...VOTE, timestamp: { seconds: 1_800_000_000n, nanoseconds: 0 } }),
      SIGNATURE,
    )
    assert.equal(whyOf({ ...VOTE, blockId: undefined }), 'conflicting-message')
    assert.equal(whyOf({ ...VOTE, height: 6n }), 'height-regression')
    assert.equal(whyOf({ ...VOTE, round: 1 }), 'round-regression')
    assert.equal(whyOf({ ...VOTE, type: 'prevote' }), 'step-regression')
  })

  it('refuses a state with any byte flipped, in words', () => {
    const { publicKey } = parseStockKey(KEY)
    for (let at = 0; at < SIGNED.length; at++) {
      const files = new MemoryFiles()
      const bytes = toUtf8(SIGNED)
      bytes[at]! ^= 0x10
      files.openWrite('keys/priv_validator_state.json').write([bytes], 0)
      const opening = () =>
        new FileSigner({
          files,
          folder: 'keys',
          publicKey: PublicKey.check(publicKey),
          dialect: stockDialect,
          form: stockForm,
          sign: () => EMPTY_BYTES,
        })
      assert.throws(opening, { reason: 'signing.damaged', message: /may sign twice/ }, `${at}`)
    }
  })

  it('refuses keys whose halves do not belong together, and what is no key', () => {
    assert.equal(printStockKey(parseStockKey(KEY)), KEY)
    const other = KEY.replace('7wYV', '7wYW')
    assert.throws(() => parseStockKey(other), { reason: 'stockKeyFile.keyMismatch' })
    for (const text of ['', 'null', '[]', '{}', KEY.slice(0, -1), KEY.replace('PrivKeyEd', 'X')])
      assert.throws(() => parseStockKey(text), { reason: 'stockKeyFile.badText' }, text)
    assert.throws(() => loadStockKeyFile(join(root, 'none')), { reason: 'keyFile.missing' })
  })
})
