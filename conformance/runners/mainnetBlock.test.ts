import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { decodeRpc } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { bytes, i64, u32 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import { addMilliseconds, type Moment } from '@wadi/primitives/moment'
import { decode, encode, type Schema } from '@wadi/protobuf/codec'
import { checkBlockBasics } from '@wadi/tendermint/basic/checkBlockBasics'
import { checkLightBlock } from '@wadi/tendermint/basic/checkLightBlock'
import { blockIdOf, partSetOf } from '@wadi/tendermint/blocks/parts'
import { verifyCommit, verifyCommitTrusting } from '@wadi/tendermint/commits/verifyCommit'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { resultsHash } from '@wadi/tendermint/hashing/contentHashes'
import { CLOCK_DRIFT_MS, DEFAULT_TRUST_LEVEL } from '@wadi/tendermint/light/lightRules'
import { verifyAdjacent, verifyBackwards } from '@wadi/tendermint/light/verifyLightBlock'
import type { Block } from '@wadi/tendermint/types/block'
import { Commit } from '@wadi/tendermint/types/commit'
import { Header } from '@wadi/tendermint/types/header'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'
import '../src/coverage.ts'
import { bytesOfBase64 } from '../src/records.ts'
import { areVectorsPresent, readJson } from '../src/vectors.ts'

const FOLDER = 'mainnet-25300000'
const Meta = struct({ header: bytes, lastCommit: bytes })
const Results = struct({
  txsResults: list(
    struct({
      code: omitEmpty(u32),
      data: omitEmpty(bytes),
      gasWanted: omitEmpty(i64),
      gasUsed: omitEmpty(i64),
    }),
  ),
})

const metaOf = (name: string): Uint8Array =>
  bytesOfBase64(readJson<{ readonly meta: string }>(`${FOLDER}/${name}`).meta)

function reencoded<T>(schema: Schema<T>, encoded: Uint8Array): T {
  const value = decode(schema, encoded)
  assert.equal(toHex(encode(schema, value)), toHex(encoded))
  return value
}

describe('block 25,300,000 of the main network', { skip: !areVectorsPresent() }, () => {
  const lightBlock = (height: number) => decode(LightBlock, metaOf(`light_block_${height}.json`))
  const readBlock = (): Block => {
    const { header, lastCommit } = decodeRpc(Meta, metaOf('block_25300000.json'))
    return {
      header: reencoded(Header, header),
      transactions: readJson<readonly string[]>(`${FOLDER}/txs_25300000.json`).map(bytesOfBase64),
      evidence: [],
      lastCommit: reencoded(Commit, lastCommit),
    }
  }

  it('is the block that its commit names, part for part', () => {
    const block = readBlock()
    checkBlockBasics(block)
    const blockId = blockIdOf(block, partSetOf(block))
    assert.equal(
      toHex(blockId.hash),
      '79efb83b848ac197281afa8723d231dc7b0fce02fc0b55ff8fdb14f097636efa',
    )
    const { signedHeader } = lightBlock(25_300_000)
    assert.deepEqual(signedHeader.header, block.header)
    assert.deepEqual(signedHeader.commit.blockId, blockId)
    assert.deepEqual(lightBlock(25_300_001).signedHeader.header.lastBlockId, blockId)
  })

  it('was signed by all 107 validators', () => {
    const { signedHeader, validatorSet } = lightBlock(25_300_000)
    const { header, commit } = signedHeader
    checkLightBlock({ signedHeader, validatorSet }, header.chainId)
    assert.equal(validatorSet.validators.length, 107)
    assert.equal(validatorSet.totalVotingPower, 218_500_034_841_760_822n)
    assert.ok(commit.signatures.every(({ flag }) => flag === 'commit'))
    const claim = {
      chainId: header.chainId,
      validators: validatorSet,
      blockId: commit.blockId,
      height: header.height,
    }
    verifyCommit(oasisDialect, claim, commit)
  })

  it('is as far as a light client has to trust to believe the next one, and the other way', () => {
    const [trusted, untrusted] = [lightBlock(25_300_000), lightBlock(25_300_001)]
    const { header } = untrusted.signedHeader
    const rules = {
      dialect: oasisDialect,
      trustLevel: DEFAULT_TRUST_LEVEL,
      trustPeriodMs: 60_000,
      clockDriftMs: CLOCK_DRIFT_MS,
    }
    const verify = (now: Moment) => verifyAdjacent({ trusted, untrusted }, rules, now)
    verify(header.time)
    assert.throws(() => verify(addMilliseconds(header.time, 60_000)), { reason: 'light.expired' })
    const tooEarly = addMilliseconds(header.time, -CLOCK_DRIFT_MS)
    assert.throws(() => verify(tooEarly), { reason: 'light.invalid' })
    verifyBackwards(header, trusted.signedHeader.header)
  })

  it('is followed by one of the same validators, and with its results', () => {
    const next = lightBlock(25_300_001)
    const { header, commit } = next.signedHeader
    checkLightBlock(next, header.chainId)
    const { validatorSet: validators } = lightBlock(25_300_000)
    const trustLevel = { numerator: 1n, denominator: 3n }
    verifyCommitTrusting(oasisDialect, { chainId: header.chainId, validators, trustLevel }, commit)
    const { txsResults } = decodeRpc(Results, metaOf('results_25300000.json'))
    assert.equal(txsResults.length, 27)
    assert.equal(toHex(resultsHash(txsResults)), toHex(header.lastResultsHash))
  })
})
