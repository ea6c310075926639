import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { Strobe128 } from './strobe.ts'

describe('STROBE-128', () => {
  // The conformance protocol of the merlin crate's STROBE tests (MIT).
  it('gives the pseudorandom bytes of the published conformance protocol', () => {
    const strobe = Strobe128.create('Conformance Test Protocol')
    strobe.metaAd(toUtf8('ms'))
    strobe.metaAd(toUtf8('g'), 'more')
    strobe.ad(new Uint8Array(1024).fill(99))
    strobe.metaAd(toUtf8('prf'))
    const first = strobe.prf(32)
    assert.equal(toHex(first), 'b48e645ca17c667fd5206ba57a6a228d72d8e1903814d3f17f622996d7cfefb0')
    strobe.metaAd(toUtf8('key'))
    strobe.key(first)
    strobe.metaAd(toUtf8('prf'))
    assert.equal(
      toHex(strobe.prf(32)),
      '07e45cce8078cee259e3e375bb85d75610e2d1e1201c5f645045a194edd49ff8',
    )
  })

  it('stops the program that goes on with another operation', () => {
    const strobe = Strobe128.create('p')
    strobe.ad(toUtf8('data'))
    assert.throws(() => strobe.metaAd(toUtf8('more'), 'more'), { name: 'BugError' })
  })
})
