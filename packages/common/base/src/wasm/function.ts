/** One function of a kernel: locals, structured control flow, stores and calls. */

import { assert } from '../errors.ts'
import {
  codeOf,
  type Expression,
  type I32,
  type I64,
  type V128,
  type ValueType,
} from './expression.ts'
import { unsignedLeb128 } from './leb128.ts'

/** A parameter or local variable; reads as an expression. */
export interface Local<T extends ValueType = ValueType> extends Expression<T> {
  readonly index: number
}

/** What a function takes and gives. */
export interface Signature<P extends readonly ValueType[] = readonly ValueType[]> {
  readonly params: P
  readonly result?: ValueType
}

/** A function that can be called, also before its body is written (recursion). */
export interface FunctionReference<P extends readonly ValueType[] = readonly ValueType[]> {
  readonly index: number
  readonly signature: Signature<P>
}

/** The parameters of a function as its body sees them. */
export type Parameters<P extends readonly ValueType[]> = {
  readonly [K in keyof P]: P[K] extends ValueType ? Local<P[K]> : never
}

/** Where a `break` or `continue` goes. */
export interface Label {
  readonly depth: number
}

const TYPE_CODE: { readonly [T in ValueType]: number } = { i32: 0x7f, i64: 0x7e, v128: 0x7b }
const VOID = 0x40

/** The binary form of a value type. */
export function typeCode(type: ValueType): number {
  return TYPE_CODE[type]
}

export class FunctionBuilder {
  readonly #code: number[] = []
  readonly #locals: ValueType[] = []
  readonly #paramCount: number
  #depth = 0

  constructor(paramCount: number) {
    this.#paramCount = paramCount
  }

  /** A new local variable, zero at the start of the function. */
  local<T extends ValueType>(type: T): Local<T> {
    const index = this.#paramCount + this.#locals.length
    this.#locals.push(type)
    return localAt(type, index)
  }

  /** A new local variable that holds the value of `expression` from here on. */
  let<T extends ValueType>(expression: Expression<T>): Local<T> {
    const local = this.local(expression.type)
    this.set(local, expression)
    return local
  }

  set(local: Local<'i32'>, value: I32): void
  set(local: Local<'i64'>, value: I64): void
  set(local: Local<'v128'>, value: V128): void
  set(local: Local, value: Expression): void
  set(local: Local, value: Expression | number | bigint): void {
    this.#push(codeOf(value))
    this.#push([0x21, ...unsignedLeb128(local.index)])
  }

  store8(pointer: I32, value: I32, offset = 0): void {
    this.#store(pointer, value, [0x3a], offset)
  }

  store16(pointer: I32, value: I32, offset = 0): void {
    this.#store(pointer, value, [0x3b], offset)
  }

  store32(pointer: I32, value: I32, offset = 0): void {
    this.#store(pointer, value, [0x36], offset)
  }

  store64(pointer: I32, value: I64, offset = 0): void {
    this.#store(pointer, value, [0x37], offset)
  }

  storeV128(pointer: I32, value: V128, offset = 0): void {
    this.#store(pointer, value, [0xfd, 11], offset)
  }

  /** memory.copy: overlapping ranges are fine. */
  copy(target: I32, source: I32, size: I32): void {
    for (const operand of [target, source, size]) this.#push(codeOf(operand))
    this.#push([0xfc, 10, 0, 0])
  }

  /** memory.fill. */
  fill(target: I32, byte: I32, size: I32): void {
    for (const operand of [target, byte, size]) this.#push(codeOf(operand))
    this.#push([0xfc, 11, 0])
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    this.#push(codeOf(condition))
    this.#push([0x04, VOID])
    this.#nested(then)
    if (otherwise !== undefined) {
      this.#push([0x05])
      this.#nested(otherwise)
    }
    this.#push([0x0b])
  }

  /** A block that `break` can leave. */
  block(body: (exit: Label) => void): void {
    this.#push([0x02, VOID])
    this.#nested(() => body({ depth: this.#depth }))
    this.#push([0x0b])
  }

  /** Repeats while `condition` holds, checked before each turn; `exit` leaves the loop. */
  while(condition: I32, body: (exit: Label, next: Label) => void): void {
    this.block((exit) => {
      this.loop((next) => {
        this.breakIf(exit, { type: 'i32', code: [...codeOf(condition), 0x45] })
        body(exit, next)
        this.break(next)
      })
    })
  }

  /** A bare loop: falls out at its end unless the body branches to `next`. */
  loop(body: (next: Label) => void): void {
    this.#push([0x03, VOID])
    this.#nested(() => body({ depth: this.#depth }))
    this.#push([0x0b])
  }

  break(label: Label): void {
    this.#push([0x0c, ...unsignedLeb128(this.#depth - label.depth)])
  }

  breakIf(label: Label, condition: I32): void {
    this.#push(codeOf(condition))
    this.#push([0x0d, ...unsignedLeb128(this.#depth - label.depth)])
  }

  return(value?: I32 | I64 | V128): void {
    if (value !== undefined) this.#push(codeOf(value))
    this.#push([0x0f])
  }

  /** Calls a function without result. */
  run(target: FunctionReference, ...args: readonly (Expression | number | bigint)[]): void {
    assert(target.signature.result === undefined, 'wasm: run is for functions without result')
    this.#push(callCode(target, args))
  }

  /** Grows the memory; the result is the old size in pages, or -1. */
  growMemory(pages: I32): Expression<'i32'> {
    return { type: 'i32', code: [...codeOf(pages), 0x40, 0] }
  }

  memoryPages(): Expression<'i32'> {
    return { type: 'i32', code: [0x3f, 0] }
  }

  trap(): void {
    this.#push([0x00])
  }

  /** The body in its binary form: local declarations, instructions, end. */
  body(): readonly number[] {
    const declarations: number[] = []
    let groups = 0
    for (let i = 0; i < this.#locals.length; ) {
      const type = this.#locals[i]!
      let count = 1
      while (this.#locals[i + count] === type) count++
      declarations.push(...unsignedLeb128(count), TYPE_CODE[type])
      groups++
      i += count
    }
    return unsignedLeb128(groups).concat(declarations, this.#code, [0x0b])
  }

  #store(
    pointer: I32,
    value: Expression | number | bigint,
    opcode: readonly number[],
    offset: number,
  ): void {
    this.#push(codeOf(pointer))
    this.#push(codeOf(value))
    this.#push(opcode)
    this.#push([0, ...unsignedLeb128(offset)])
  }

  #nested(body: () => void): void {
    this.#depth++
    body()
    this.#depth--
  }

  #push(code: readonly number[]): void {
    for (const byte of code) this.#code.push(byte)
  }
}

/** The local variable or parameter with the given number. */
export function localAt<T extends ValueType>(type: T, index: number): Local<T> {
  return { type, index, code: [0x20, ...unsignedLeb128(index)] }
}

function callCode(
  target: FunctionReference,
  args: readonly (Expression | number | bigint)[],
): readonly number[] {
  assert(args.length === target.signature.params.length, 'wasm: wrong number of arguments')
  const code: number[] = []
  for (const arg of args) code.push(...codeOf(arg))
  code.push(0x10, ...unsignedLeb128(target.index))
  return code
}

/** Calls a function and gives its result as an expression. */
export function call<T extends ValueType>(
  type: T,
  target: FunctionReference,
  ...args: readonly (Expression | number | bigint)[]
): Expression<T> {
  assert(target.signature.result === type, 'wasm: the function has another result type')
  return { type, code: callCode(target, args) }
}
