/** Between a node's workers and a runtime that is hosted: in a process, a sandbox or a thread. */

import type { Namespace } from '@wadi/primitives/namespace'
import type { CapabilityTee } from '@wadi/primitives/node'
import type { Version } from '@wadi/primitives/version'
import type { AnswerTo, RequestKind } from '@wadi/runtime-protocol/host-protocol/answers'
import type { RuntimeInfoResponse } from '@wadi/runtime-protocol/host-protocol/information'
import type { Request } from '@wadi/runtime-protocol/runtime'

/** The kinds of requests that a host has for a runtime. */
export type RuntimeRequestKind = Extract<RequestKind, `Runtime${string}`>

/** What a runtime did, or what happened to it, so that it was ended. */
export interface RuntimeFault {
  readonly kind: /** It did not start, or not in time. */
    | 'no-start'
    /** It is another version, or speaks another version of the protocol. */
    | 'incompatible'
    /** It announced a message that is larger than any may be. */
    | 'oversized'
    /** It sent what cannot be read. */
    | 'malformed'
    /** Its stream ended within a message. */
    | 'cut-off'
    /** It sent more than there was room for. */
    | 'flood'
    /** It let a deadline pass, and did not give up its work when it was told to. */
    | 'hang'
    /** It closed its connection. */
    | 'gone'
    /** Its process or thread ended. */
    | 'died'
    /** A worker wanted it to begin anew. */
    | 'restarted'
    /** A worker wants it no more. */
    | 'stopped'
  /** For people. */
  readonly detail: string
}

/** What happens to a runtime. */
export type RuntimeEvent =
  | { readonly kind: 'started'; readonly info: RuntimeInfoResponse }
  /** Undefined if it is not tried again. */
  | {
      readonly kind: 'failed-to-start'
      readonly fault: RuntimeFault
      readonly retryMs: number | undefined
    }
  /** Without a fault: it was told to. Undefined `retryMs` if it is not started again. */
  | {
      readonly kind: 'stopped'
      readonly fault: RuntimeFault | undefined
      readonly retryMs: number | undefined
    }
  /** The evidence of its enclave is another. */
  | { readonly kind: 'updated'; readonly capabilityTee: CapabilityTee | undefined }
  /** Which versions are there is another: what the node registers may have to change. */
  | { readonly kind: 'versions-changed' }

/** How a call may end before there is an answer. */
export interface CallOptions {
  /** Milliseconds; if it is left out, what is usual for the kind of request. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}

/** A runtime, whatever happens to the program that runs it. */
export interface HostedRuntime {
  readonly id: Namespace
  /** Of several versions the active one; undefined if none is. */
  readonly version: Version | undefined
  /** What it announced; undefined while it does not run. */
  readonly info: RuntimeInfoResponse | undefined
  /** Undefined without an enclave. */
  readonly capabilityTee: CapabilityTee | undefined
  /** Starts it, and keeps it running until it is stopped. */
  start(): void
  /** Done when nothing of it is left. */
  stop(): Promise<void>
  /**
   * Waits for the runtime if it is being started. Rejects with the runtime's own error
   * (`CodedError`), or with an `UnavailableError` where there is no answer.
   */
  call<K extends RuntimeRequestKind>(
    request: Request<K>,
    options?: CallOptions,
  ): Promise<AnswerTo<K>>
  /**
   * Has it give up what it works on. One that cannot, or if it is to `restart`, is ended and
   * started anew; done when it is ready again or is not tried again.
   */
  abort(how: 'give-up' | 'restart'): Promise<void>
  /** Tells what happens from here on, until the returned function is called. */
  watch(listener: (event: RuntimeEvent) => void): () => void
}
