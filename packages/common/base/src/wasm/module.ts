/**
 * A kernel as a WebAssembly module: functions written with {@link FunctionBuilder}, one memory,
 * constant data. Kernels are built when first used, so what runs is what the source says.
 */

import { toUtf8 } from '../bytes.ts'
import { assert } from '../errors.ts'
import type { ValueType } from './expression.ts'
import {
  FunctionBuilder,
  type FunctionReference,
  localAt,
  type Parameters,
  type Signature,
  typeCode,
} from './function.ts'
import { signedLeb128, unsignedLeb128 } from './leb128.ts'

export interface MemoryLimits {
  readonly pagesMin: number
  readonly pagesMax: number
}

/** One page of WebAssembly memory. */
export const PAGE_BYTES = 65_536

interface Declared {
  readonly reference: FunctionReference
  readonly exportName: string | undefined
  body: readonly number[] | undefined
}

export class ModuleBuilder {
  readonly #memory: MemoryLimits
  readonly #functions: Declared[] = []
  readonly #data: { readonly offset: number; readonly bytes: Uint8Array }[] = []

  constructor(memory: MemoryLimits) {
    this.#memory = memory
  }

  /** Declares and writes a function; with a name it is exported. */
  function<const P extends readonly ValueType[]>(
    signature: Signature<P> & { readonly name?: string },
    body: (f: FunctionBuilder, ...parameters: Parameters<P>) => void,
  ): FunctionReference<P> {
    const reference = this.declare(signature)
    this.define(reference, body)
    return reference
  }

  /** Declares a function whose body follows later. */
  declare<const P extends readonly ValueType[]>(
    signature: Signature<P> & { readonly name?: string },
  ): FunctionReference<P> {
    const reference = { index: this.#functions.length, signature }
    this.#functions.push({ reference, exportName: signature.name, body: undefined })
    return reference
  }

  /** Writes the body of a declared function. */
  define<const P extends readonly ValueType[]>(
    reference: FunctionReference<P>,
    body: (f: FunctionBuilder, ...parameters: Parameters<P>) => void,
  ): void {
    const declared = this.#functions[reference.index]
    assert(declared?.body === undefined, 'wasm: a function is written once')
    const builder = new FunctionBuilder(reference.signature.params.length)
    const parameters = reference.signature.params.map((type, index) => localAt(type, index))
    body(builder, ...(parameters as unknown as Parameters<P>))
    // COMPAT(wasm): a function whose every path returns still needs a typed end of its body.
    if (reference.signature.result !== undefined) builder.trap()
    declared!.body = builder.body()
  }

  /** Constant bytes that are in memory from the start. */
  data(offset: number, bytes: Uint8Array): void {
    this.#data.push({ offset, bytes })
  }

  /** The module in its binary form. */
  build(): Uint8Array {
    const types: number[][] = []
    const typeKeys = new Map<string, number>()
    const typeIndexes: (readonly number[])[] = []
    for (const { reference } of this.#functions) {
      const { params, result } = reference.signature
      const results = result === undefined ? [] : [typeCode(result)]
      const type = [0x60, params.length, ...params.map(typeCode), results.length, ...results]
      const key = type.join()
      const known = typeKeys.get(key) ?? types.push(type) - 1
      typeKeys.set(key, known)
      typeIndexes.push(unsignedLeb128(known))
    }
    const exported: (readonly number[])[] = [[...name('memory'), 2, 0]]
    for (const { reference, exportName } of this.#functions) {
      if (exportName === undefined) continue
      exported.push([...name(exportName), 0, ...unsignedLeb128(reference.index)])
    }
    const bodies = this.#functions.map(({ body, exportName, reference }) => {
      assert(body !== undefined, `wasm: function ${exportName ?? reference.index} has no body`)
      return unsignedLeb128(body.length).concat(body)
    })
    const { pagesMin, pagesMax } = this.#memory
    const memory = [1, ...unsignedLeb128(pagesMin), ...unsignedLeb128(pagesMax)]
    const data = this.#data.map(({ offset, bytes }) =>
      [0, 0x41, ...signedLeb128(BigInt(offset)), 0x0b].concat(unsignedLeb128(bytes.length), [
        ...bytes,
      ]),
    )
    return Uint8Array.from(
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0].concat(
        section(1, types),
        section(3, typeIndexes),
        section(5, [memory]),
        section(7, exported),
        section(10, bodies),
        section(11, data),
      ),
    )
  }
}

function name(text: string): readonly number[] {
  const bytes = toUtf8(text)
  return unsignedLeb128(bytes.length).concat([...bytes])
}

function section(id: number, entries: readonly (readonly number[])[]): readonly number[] {
  if (entries.length === 0) return []
  const content: number[] = [...unsignedLeb128(entries.length)]
  for (const entry of entries) for (const byte of entry) content.push(byte)
  return [id].concat(unsignedLeb128(content.length), content)
}
