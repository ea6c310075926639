import {
  CodedError,
  defineErrors,
  PLAIN_CODE,
  PLAIN_MODULE,
  UnavailableError,
} from '@wadi/base/errors'
import type { RuntimeFault } from '@wadi/contracts/runtime-host'

/** What a runtime is told that asks before the handshake is over. */
export const protocolErrors = defineErrors(
  'rhp/internal',
  { notReady: [1, 'not ready'] },
  { title: 'rhp' },
)

/** What a runtime is told, in the very words of the reference's host. */
export function refusal(words: string): CodedError {
  return new CodedError(PLAIN_MODULE, PLAIN_CODE, 'runtimeHost.refusal', words)
}

/** What nobody answers: of an unknown kind, or not on this node. */
export function notSupported(what: 'method' | 'endpoint'): CodedError {
  return refusal(`${what} not supported`)
}

/** An error that the runtime answered with, as it is. */
export function errorOfRuntime({
  module,
  code,
  message,
}: {
  readonly module: string
  readonly code: number
  readonly message: string
}): CodedError {
  return new CodedError(module, code, 'runtimeHost.ofRuntime', message)
}

/** Why there is no answer. */
export function unavailable(reason: string, sentence: string, cause?: unknown): UnavailableError {
  return new UnavailableError(`runtimeHost.${reason}`, `runtime host: ${sentence}`, { cause })
}

/** A runtime was ended, and why. */
export class RuntimeFaultError extends UnavailableError {
  readonly fault: RuntimeFault

  constructor(fault: RuntimeFault) {
    super(`runtimeHost.${fault.kind}`, `runtime host: ${fault.kind}: ${fault.detail}`)
    this.fault = fault
  }
}
