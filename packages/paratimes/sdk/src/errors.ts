/** What the SDK's modules refuse. The sentences are part of outputs, which are hashed. */

import { assert, CodedError } from '@wadi/base/errors'

/** Makes one error; the argument stands where the sentence has braces. */
export type SdkErrorMaker = (argument?: string) => CodedError

/**
 * The catalogue of a module of a ParaTime: name → [code, sentence]. It is not the house's own
 * kind, as these sentences say nothing but what the reference says, and as a module may be called
 * like a service of the consensus layer.
 */
export function defineSdkErrors<const T extends Record<string, readonly [number, string]>>(
  module: string,
  catalogue: T,
): { readonly [K in keyof T]: SdkErrorMaker } {
  const codes = new Set<number>()
  const makers: Record<string, SdkErrorMaker> = {}
  for (const [name, [code, sentence]] of Object.entries(catalogue)) {
    assert(!codes.has(code), `error ${module}/${code} is declared twice`)
    codes.add(code)
    makers[name] = (argument = '') =>
      new CodedError(
        module,
        code,
        `${module}.${name}`,
        sentence.replace('{}', () => argument),
      )
  }
  return makers as { readonly [K in keyof T]: SdkErrorMaker }
}

const DISPATCHER = 'dispatcher'

/** What ends the whole batch, and not only a transaction. */
export const aborts = defineSdkErrors(DISPATCHER, {
  aborted: [1, 'dispatch aborted'],
  malformedTransactionInBatch: [2, 'malformed transaction in batch: {}'],
  queryAborted: [3, 'query aborted: {}'],
  keyManagerFailure: [4, 'key manager failure: {}'],
  batchOutOfGas: [5, 'batch out of gas'],
})

/** Does the error end the batch? */
export function isAbort({ module }: CodedError): boolean {
  return module === DISPATCHER
}

/**
 * What a module throws that calls another one: the error keeps module and code, and its sentence
 * begins with the other one's title.
 */
export function via<T>(title: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof CodedError) || isAbort(error)) throw error
    throw titled(title, error)
  }
}

/** The error with a title before its sentence. */
export function titled(title: string, { module, code, reason, message }: CodedError): CodedError {
  return new CodedError(module, code, reason, `${title}: ${message}`)
}
