import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { ALIAS_COUNT_MAX, COLUMN_MAX, DEPTH_MAX, VALUE_COUNT_MAX } from '../limits.ts'
import { readYaml } from './readYaml.ts'
import { resolveScalar } from './yamlScalar.ts'

const read = (text: string) => readYaml(text).raw
const refuses = (text: string, message: RegExp) =>
  assert.throws(() => readYaml(text), { reason: 'configFile.malformed', message })

describe('a scalar without quotes', () => {
  it('is what the reference takes it for', () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ['', undefined],
      ['~', undefined],
      ['Null', undefined],
      ['nULL', 'nULL'],
      ['true', true],
      ['FALSE', false],
      ['yes', 'yes'],
      ['1_000', 1000],
      ['-5', -5],
      ['+7', 7],
      ['0x1F', 31],
      ['0o17', 15],
      ['017', 15],
      ['0b101', 5],
      ['-0b101', -5],
      ['08', 8],
      ['018446744073709551615', 2 ** 64],
      ['9007199254740993', 9007199254740993n],
      ['18446744073709551615', 18446744073709551615n],
      ['18446744073709551616', 2 ** 64],
      ['-9223372036854775808', -9223372036854775808n],
      ['1.5', 1.5],
      ['1e3', 1000],
      ['.5', 0.5],
      ['-.inf', -Infinity],
      ['.nan', Number.NaN],
      ['1m30s', '1m30s'],
      ['256mb', '256mb'],
      ['0.0.0.0:0', '0.0.0.0:0'],
      ['2001-01-01', '2001-01-01'],
      ['0x', '0x'],
      ['-', '-'],
    ]
    for (const [written, value] of cases) assert.deepEqual(resolveScalar(written), value, written)
  })
})

describe('readYaml', () => {
  it('reads tables, lists and scalars', () => {
    assert.deepEqual(read('a:\n  b: [1, "2", x]\n  c:\nd: {e: true}\n'), {
      a: { b: [1, '2', 'x'], c: undefined },
      d: { e: true },
    })
    assert.deepEqual(read('a: |\n  line\n  line\n'), { a: 'line\nline\n' })
    assert.equal(read(''), undefined)
    assert.equal(read('# nothing\n'), undefined)
    assert.deepEqual(read('---\na: !!str 1\n...\n'), { a: '1' })
    assert.deepEqual(Object.keys(read('__proto__: 1\n') as object), ['__proto__'])
  })

  it('knows where everything stands, and how numbers were written', () => {
    const file = readYaml('a:\n    b: 0x10\n    list:\n      - 1\n      - c: yes\n')
    assert.deepEqual(file.positionOf('a.b'), { line: 2, column: 5 })
    assert.deepEqual(file.positionOf('a.list[1]'), { line: 5, column: 9 })
    assert.deepEqual(file.positionOf('a.list[1].c'), { line: 5, column: 9 })
    assert.equal(file.positionOf('a.c'), undefined)
    assert.equal(file.writtenAs('a.b'), '0x10')
    assert.equal(file.writtenAs('a.list[1].c'), undefined)
  })

  it('reads aliases and merges tables', () => {
    assert.deepEqual(read('a: &x {b: 1, c: 2}\nd: *x\ne: {<<: *x, c: 3}\n'), {
      a: { b: 1, c: 2 },
      d: { b: 1, c: 2 },
      e: { b: 1, c: 3 },
    })
    assert.deepEqual(read('a: &x {b: 1}\ne:\n  <<: [*x, {f: 2}]\n'), {
      a: { b: 1 },
      e: { b: 1, f: 2 },
    })
    refuses('a: &x 1\nb: {<<: *x}\n', /1:7: only tables can be merged/)
  })

  it('refuses a key that is there twice, with its place', () => {
    refuses('a: 1\nb: 2\na: 3\n', /3:1: the key a is there twice/)
    refuses('p: {a: 1, "a": 2}\n', /1:11: the key a is there twice/)
  })

  it('refuses what is no YAML in words that a person can use', () => {
    refuses('a:\n\tb: 1\n', /2:1: tabs cannot indent/)
    refuses('a: 1\n---\nb: 2\n', /2:1: .*keep one|: a second document begins/)
    refuses('a: [1\nb: 2\n', /^[^:]*: [^:]*: \d+:\d+: /)
    refuses('a: *gone\n', /1:4: .*alias/i)
    refuses('[1]: 2\n', /1:1: a key must be a text/)
    refuses('a: !secret x\n', /1:12: the tag !secret is not known/)
    refuses('a: "b\n', /\d+:\d+: /)
  })

  it('bounds what aliases stand for', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 9; i++) {
      bomb.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      )
    }
    refuses(bomb.join('\n'), /more than/)
    const many = (count: number) => `a: &a 1\nb: [${Array(count).fill('*a').join(', ')}]\n`
    assert.equal((read(many(ALIAS_COUNT_MAX)) as { b: unknown[] }).b.length, ALIAS_COUNT_MAX)
    refuses(many(ALIAS_COUNT_MAX + 1), /more than 100 aliases/)
    refuses('a: &a [*a]\n', /more than/)
  })

  it('bounds how many values there are', () => {
    const list = (count: number) => `[${Array(count).fill('1').join(',')}]`
    assert.equal((read(list(VALUE_COUNT_MAX - 1)) as unknown[]).length, VALUE_COUNT_MAX - 1)
    refuses(list(VALUE_COUNT_MAX), /more than 10000 values/)
  })

  it('bounds how deep tables are inside each other', () => {
    const flow = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    read(flow(DEPTH_MAX))
    refuses(flow(DEPTH_MAX + 1), /more than 32 tables/)
    refuses('['.repeat(200_000), /more than 32 tables/)
    refuses('- '.repeat(100_000), /more than 32 tables/)
    refuses('? '.repeat(100_000), /more than 32 tables/)
    const indented = (columns: number) => `a:\n${' '.repeat(columns)}b: 1\n`
    read(indented(COLUMN_MAX))
    refuses(indented(COLUMN_MAX + 1), /2:1: more than/)
    const nested = (depth: number) =>
      Array.from({ length: depth }, (_, i) => `${' '.repeat(i)}a:`).join('\n')
    read(nested(DEPTH_MAX))
    refuses(nested(DEPTH_MAX + 2), /more than 32 tables/)
  })

  it('gives every text a value or a coded error', () => {
    const token = fc.constantFrom(
      ...['a', ': ', '- ', '[', ']', '{', '}', '\n', '  ', '&x ', '*x', '"', "'", '|', '>', '#'],
      ...['<<: ', '!!str ', '%', '---', '\t', '? ', ',', '1', '\\', '~', '@', '\u0000', '\ud800'],
    )
    const text = fc.array(token, { maxLength: 20 }).map((tokens) => tokens.join(''))
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (source) => {
        try {
          readYaml(source)
        } catch (error) {
          assert.ok(error instanceof CodedError)
          assert.match(error.context ?? '', /^\d+:\d+: /)
        }
      }),
    )
  })
})
