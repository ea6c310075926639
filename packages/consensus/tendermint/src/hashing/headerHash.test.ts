import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { parseMoment } from '@wadi/primitives/moment'
import type { Header } from '../types/header.ts'
import { headerHash } from './headerHash.ts'

const hashOf = (text: string) => sha256(toUtf8(text))
const header: Header = {
  version: { block: 1n, app: 2n },
  chainId: 'chainId',
  height: 3n,
  time: parseMoment('2019-10-13T16:14:44Z'),
  lastBlockId: {
    hash: new Uint8Array(32),
    partSetHeader: { total: 6, hash: new Uint8Array(32) },
  },
  lastCommitHash: hashOf('last_commit_hash'),
  dataHash: hashOf('data_hash'),
  validatorsHash: hashOf('validators_hash'),
  nextValidatorsHash: hashOf('next_validators_hash'),
  consensusHash: hashOf('consensus_hash'),
  appHash: hashOf('app_hash'),
  lastResultsHash: hashOf('last_results_hash'),
  evidenceHash: hashOf('evidence_hash'),
  proposerAddress: hashOf('proposer_address').slice(0, 20),
}

describe('the hash of a header', () => {
  it('is the one in the tests of CometBFT (types/block_test.go, Apache-2.0)', () => {
    const expected = 'f740121f553b5418c3efbd343c2dbfe9e007bb67b0d020a0741374bab65242a4'
    assert.equal(toHex(headerHash(header)), expected)
  })

  it('is none without a hash of the validators', () => {
    assert.deepEqual(
      headerHash({ ...header, validatorsHash: new Uint8Array(0) }),
      new Uint8Array(0),
    )
  })

  it('depends on every field', () => {
    const hash = toHex(headerHash(header))
    const changes: readonly Partial<Header>[] = [
      { version: { block: 1n, app: 3n } },
      { chainId: 'chainid' },
      { height: 4n },
      { time: { ...header.time, nanoseconds: 1 } },
      { lastBlockId: undefined },
      ...Object.entries(header).flatMap(([name, value]) =>
        value instanceof Uint8Array ? [{ [name]: value.map((byte) => byte ^ 1) }] : [],
      ),
    ]
    assert.equal(changes.length, 14)
    const hashes = changes.map((change) => toHex(headerHash({ ...header, ...change })))
    assert.equal(new Set([hash, ...hashes]).size, 15)
  })
})
