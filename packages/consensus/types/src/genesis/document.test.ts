import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { encode, make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { COMET_CHAIN_ID_SIZE_MAX } from '@wadi/primitives/limits'
import { parseMoment } from '@wadi/primitives/moment'
import {
  chainContextOf,
  cometChainId,
  GenesisDocument,
  hashOfGenesis,
  parseGenesis,
  printGenesis,
} from './document.ts'

const empty = zero(GenesisDocument)
const nothing = keyedMap<string, Uint8Array | undefined>(text, [])

describe('genesis document', () => {
  it('comes back from its canonical text, which ends with a newline', () => {
    const genesisTime = parseMoment('2026-11-21T00:52:59.510279873Z')
    const extraData = keyedMap(text, [['note', Uint8Array.of(1, 2)]] as const)
    const document = make(GenesisDocument, { height: 1n, chainId: 'test', genesisTime, extraData })
    const printed = printGenesis(document)
    assert.ok(printed.startsWith('{\n  "height": 1,\n') && printed.endsWith('\n}\n'))
    assert.equal(printGenesis(parseGenesis(printed)), printed)
    assert.equal(chainContextOf(parseGenesis(printed)), chainContextOf(document))
  })

  it('shows what the hash does not: empty parts, and the fraction of a second', () => {
    const time = (fraction: string) => parseMoment(`2026-11-21T00:52:59${fraction}Z`)
    const whole = make(GenesisDocument, { genesisTime: time('') })
    const broken = make(GenesisDocument, { genesisTime: time('.5') })
    assert.equal(chainContextOf(whole), chainContextOf(broken))
    assert.notEqual(printGenesis(whole), printGenesis(broken))
    assert.ok(printGenesis(whole).includes('"commission_schedule_rules": {\n'))
  })

  it('hashes to another chain with extra data that is empty than with none', () => {
    const withEmpty = make(GenesisDocument, { extraData: nothing })
    assert.ok(toHex(encode(GenesisDocument, empty)).includes('6a65787472615f64617461f6'))
    assert.ok(toHex(encode(GenesisDocument, withEmpty)).includes('6a65787472615f64617461a0'))
    assert.notDeepEqual(hashOfGenesis(empty), hashOfGenesis(withEmpty))
  })

  it('leaves the vault out where there is none', () => {
    assert.ok(!printGenesis(empty).includes('"vault"'))
  })

  it('is refused as a coded error when its text is damaged', () => {
    const printed = printGenesis(empty)
    for (let end = 0; end < printed.length - 2; end += 97) {
      assert.throws(() => parseGenesis(printed.slice(0, end)), { name: 'CodedError' })
    }
    const wrong = printed.replace('"height": 0', '"height": "x"')
    assert.throws(() => parseGenesis(wrong), { name: 'CodedError', code: 1 })
  })
})

describe("CometBFT's name of a chain", () => {
  it('is the first COMET_CHAIN_ID_SIZE_MAX characters of the chain context', () => {
    const context = 'bb3d748def55bdfb797a2ac53ee6ee141e54cd2ab2dc2375f4a0703a178e6e55'
    assert.equal(cometChainId(context), 'bb3d748def55bdfb797a2ac53ee6ee141e54cd2ab2dc2375f4')
    assert.equal(cometChainId(context).length, COMET_CHAIN_ID_SIZE_MAX)
    const short = 'a'.repeat(COMET_CHAIN_ID_SIZE_MAX)
    assert.equal(cometChainId(short), short)
    assert.equal(cometChainId(`${short}b`), short)
  })
})
