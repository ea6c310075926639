/** A module: declared once, and all else follows from that. */

import type { CodedError } from '@wadi/base/errors'
import { assert } from '@wadi/base/errors'
import type { Schema } from '@wadi/cbor/codec'
import { encodeValue, unit } from './codec.ts'
import type { Frame } from './frame/frame.ts'
import { type Method, query } from './method.ts'
import { type Cell, cell } from './state/table.ts'
import type { Call, CallAuthInfo, Transaction, UnverifiedTransaction } from './types/transaction.ts'

/** Of a module called `x`, the key of its parameters is `x` and this byte. */
const PARAMETERS_PREFIX = 0

/** What a call came to. */
export type CallOutcome =
  | { readonly kind: 'ok'; readonly value: Uint8Array }
  | { readonly kind: 'failed'; readonly error: CodedError }

/** Where a module has its say beside its methods. Whatever it throws is what fails. */
export interface Hooks {
  /** Before an input is read at all. */
  readonly approveInput?: (frame: Frame, input: Uint8Array) => void
  /** Before signatures are looked at. */
  readonly approveUnverified?: (frame: Frame, transaction: UnverifiedTransaction) => void
  /** Reads transactions of a scheme of its own. */
  readonly decodeScheme?: (
    frame: Frame,
    scheme: string,
    body: Uint8Array,
  ) => Transaction | undefined
  readonly authenticate?: (frame: Frame, transaction: Transaction) => void
  readonly beforeCall?: (frame: Frame, call: Call) => void
  /** After the call was decrypted. */
  readonly beforeDispatch?: (frame: Frame, call: Call) => void
  /** Always, and all modules' even if one throws; the first error counts. */
  readonly afterCall?: (frame: Frame) => void
  /** On the level of the batch, after that of the transaction was kept or dropped. */
  readonly afterTransaction?: (frame: Frame, authInfo: CallAuthInfo, outcome: CallOutcome) => void
  readonly beginBlock?: (frame: Frame) => void
  readonly endBlock?: (frame: Frame) => void
  readonly checkInvariants?: (frame: Frame) => void
}

/** A module with what its ParaTime makes of it. */
export interface Module {
  readonly name: string
  readonly version: number
  readonly methods: readonly Method[]
  readonly hooks: Hooks
  /**
   * What the sentences of core's errors begin with when methods of the module throw them.
   * COMPAT(oasis-sdk): each module says itself how it shows the errors of others.
   */
  readonly coreTitle: string | undefined
  /** The first state. */
  readonly init: (frame: Frame) => void
  /** From a version of the state to the next. */
  readonly steps: ReadonlyMap<number, (frame: Frame) => void>
  /** The encoded parameters. */
  readonly encodedParameters: (frame: Frame) => Uint8Array
}

/** What a module is declared with. */
export interface ModuleDeclaration<P> {
  readonly name: string
  readonly version?: number
  readonly parameters: Parameters<P>
  readonly methods: readonly Method[]
  readonly hooks?: Hooks
  readonly coreTitle?: string | undefined
  readonly init: (frame: Frame) => void
  readonly steps?: ReadonlyMap<number, (frame: Frame) => void>
}

/** The parameters of a module. */
export interface Parameters<P> {
  readonly schema: Schema<P>
  readonly get: (frame: Frame) => P
  readonly set: (frame: Frame, parameters: P) => void
}

/** Declares the parameters of the module of a name. */
export function parametersOf<P>(module: string, schema: Schema<P>): Parameters<P> {
  const stored: Cell<P> = cell(module, PARAMETERS_PREFIX, schema)
  return {
    schema,
    get: (frame) => stored.get(frame.store) ?? schema.zero,
    set: (frame, parameters) => stored.set(frame.store, parameters),
  }
}

/** No parameters. */
export const NO_PARAMETERS: Parameters<undefined> = {
  schema: unit,
  get: () => undefined,
  set: () => undefined,
}

/** A module of its declaration. Its parameters can be asked for by everybody. */
export function defineModule<P>(declaration: ModuleDeclaration<P>): Module {
  const { name, version = 1, parameters, methods, hooks = {}, init } = declaration
  const names = methods.map((method) => `${method.kind} ${method.name}`)
  assert(new Set(names).size === names.length, `module ${name}: a method is declared twice`)
  return {
    name,
    version,
    methods,
    hooks,
    coreTitle: 'coreTitle' in declaration ? declaration.coreTitle : 'core',
    init,
    steps: declaration.steps ?? new Map(),
    encodedParameters: (frame) => encodeValue(parameters.schema, parameters.get(frame)),
  }
}

/** The query that every module answers, and that it does not list. */
export function parametersQuery(module: Module): Extract<Method, { readonly kind: 'query' }> {
  const { name, encodedParameters } = module
  const declared = query({
    name: `${name}.Parameters`,
    args: unit,
    result: unit,
    run: () => undefined,
  })
  return {
    ...declared,
    run(frame, args) {
      declared.run(frame, args)
      return encodedParameters(frame)
    },
  }
}
