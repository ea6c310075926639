import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Claim } from './claim.ts'
import { claims } from './claims.ts'
import { declaresTests, formatTable, stateOf } from './state.ts'

const TESTED = "it('holds', () => {})"
const claim = (...shownBy: string[]): Claim => ({ area: 'A', does: 'b', against: 'c', shownBy })
const files = (present: Readonly<Record<string, string>>) => (path: string) => present[path]

describe('stateOf', () => {
  it('says that a claim works only while every test that it names is there', () => {
    assert.equal(stateOf(claim('a.test.ts'), files({ 'a.test.ts': TESTED })), 'works')
    assert.equal(stateOf(claim('a', 'b'), files({ a: TESTED })), 'not yet')
    assert.equal(stateOf(claim(), files({})), 'not yet')
  })

  it('does not count files without tests or with skipped ones', () => {
    assert.equal(stateOf(claim('a'), files({ a: "// it('holds', () => {})" })), 'not yet')
    assert.equal(stateOf(claim('a'), files({ a: `${TESTED}; it.skip('b', f)` })), 'not yet')
    for (const option of ['skip: true', "skip: 'broken, 2026-11-01'", "todo: 'later'"]) {
      const a = `${TESTED}; it('b', { ${option} }, f)`
      assert.equal(stateOf(claim('a'), files({ a })), 'not yet', option)
    }
  })

  it('counts tests that only a machine without what they need skips', () => {
    const a = "it('a', { skip: program.missing }, f)"
    assert.equal(stateOf(claim('a'), files({ a })), 'works')
  })
})

describe('declaresTests', () => {
  it('finds tests by their calls, not in texts or as members', () => {
    assert.equal(declaresTests("test('a', f)"), true)
    assert.equal(declaresTests("pattern.test('a')"), false)
    assert.equal(declaresTests("describeStore('in memory', f)"), true)
    assert.equal(declaresTests('const a = "it(1)"'), false)
  })
})

describe('formatTable', () => {
  it('has a row for every claim', () => {
    const read = files({ 'x/a.test.ts': TESTED })
    const row = '| A | b | works | c | [a](x/a.test.ts) |'
    assert.equal(formatTable([claim('x/a.test.ts')], read).split('\n')[2], row)
  })
})

describe('claims', () => {
  it('name each thing once', () => {
    const names = claims.map(({ area, does }) => `${area}: ${does}`)
    assert.equal(new Set(names).size, names.length)
  })
})
