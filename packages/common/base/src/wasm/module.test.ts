import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { i32, i64, v128 } from './expression.ts'
import { call } from './function.ts'
import { instantiate } from './instantiate.ts'
import { ModuleBuilder } from './module.ts'

describe('a kernel', () => {
  it('computes with locals, loops, branches, calls and memory', () => {
    const m = new ModuleBuilder({ pagesMin: 1, pagesMax: 2 })
    m.data(16, Uint8Array.of(1, 2, 3, 4))
    const square = m.function({ params: ['i32'], result: 'i32' }, (f, x) => {
      f.return(i32.mul(x, x))
    })
    m.function({ name: 'sumOfSquares', params: ['i32'], result: 'i32' }, (f, count) => {
      const sum = f.local('i32')
      const i = f.local('i32')
      f.while(i32.ltU(i, count), (exit) => {
        f.set(i, i32.add(i, 1))
        f.breakIf(exit, i32.eq(i, 1000))
        f.set(sum, i32.add(sum, call('i32', square, i)))
      })
      f.return(sum)
    })
    m.function({ name: 'firstWord', params: [], result: 'i64' }, (f) => {
      f.if(
        i32.eq(i32.load8u(16, 3), 4),
        () => f.store8(16, 0xff, 3),
        () => f.trap(),
      )
      f.return(i64.load32u(16))
    })
    m.function({ name: 'sumLanes', params: ['i64', 'i64'], result: 'i64' }, (f, a, b) => {
      const pair = f.let(v128.replaceI64(v128.splatI64(a), 1, b))
      const doubled = f.let(v128.addI64(pair, pair))
      f.return(i64.add(v128.extractI64(doubled, 0), v128.extractI64(doubled, 1)))
    })
    const kernel = instantiate<{
      sumOfSquares(count: number): number
      firstWord(): bigint
      sumLanes(a: bigint, b: bigint): bigint
    }>(m)
    assert.equal(kernel.sumOfSquares(10), 385)
    assert.equal(kernel.firstWord(), 0xff030201n)
    assert.equal(kernel.sumLanes(3n, -1n), 4n)
    assert.equal(kernel.memory.buffer.byteLength, 65_536)
  })

  it('recurses through a function that was declared first', () => {
    const m = new ModuleBuilder({ pagesMin: 1, pagesMax: 1 })
    const factorial = m.declare({ name: 'factorial', params: ['i64'], result: 'i64' })
    m.define(factorial, (f, n) => {
      f.if(i64.eqz(n), () => f.return(1n))
      f.return(i64.mul(n, call('i64', factorial, i64.sub(n, 1n))))
    })
    const kernel = instantiate<{ factorial(n: bigint): bigint }>(m)
    assert.equal(kernel.factorial(20n), 2_432_902_008_176_640_000n)
  })
})
