/** Answers what other nodes ask, method by method. */

import { CodedError, isTold } from '@wadi/base/errors'
import { decode, encode, type Schema } from '@wadi/cbor/codec'
import type { Reply, Request, RuntimeNetwork } from '@wadi/contracts/runtime-network'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { checkItemCount } from '@wadi/runtime-protocol/itemCount'
import { REQUEST_ITEM_COUNT_MAX } from '@wadi/runtime-protocol/limits'
import type { PeerMethod } from '@wadi/runtime-protocol/peers/methods'
import { rpcErrors } from '../errors.ts'

/** The methods of a service. */
// biome-ignore lint/suspicious/noExplicitAny: methods of all types in one table
export type PeerMethods = Readonly<Record<string, PeerMethod<any, any>>>

/** An answer to each method of a table, for whoever asks and waits: at once, or later. */
export type PeerAnswers<M extends PeerMethods> = {
  readonly [K in keyof M]: M[K] extends PeerMethod<infer Q, infer A>
    ? (request: Q, from: PublicKey, signal: AbortSignal | undefined) => A | Promise<A>
    : never
}

/** Serves a protocol. A fault of ours goes to `onFatal`, and nobody is answered. */
export function servePeers<const M extends PeerMethods>(
  network: Pick<RuntimeNetwork, 'serve'>,
  protocol: string,
  {
    methods,
    answers,
    onFatal,
  }: {
    readonly methods: M
    readonly answers: PeerAnswers<M>
    readonly onFatal: (error: unknown) => void
  },
): void {
  const byName = new Map(Object.entries(methods).map(([key, method]) => [method.name, key]))
  const answer = async ({ method: name, body, from, signal }: Request): Promise<Uint8Array> => {
    const key = byName.get(name)
    if (key === undefined) throw rpcErrors.methodNotSupported()
    const { request, response } = methods[key]!
    return encode(response, await answers[key]!(argumentOf(request, body), from, signal))
  }
  network.serve(protocol, (request, reply: (reply: Reply) => void) => {
    answer(request).then(
      (body) => reply({ kind: 'ok', body }),
      (error: unknown) => {
        if (isTold(error)) reply({ kind: 'error', error })
        else onFatal(error)
      },
    )
  })
}

/** COMPAT(oasis-core): an argument that is none is an error of the protocol, not of the codec. */
function argumentOf<T>(schema: Schema<T>, body: Uint8Array): T {
  try {
    checkItemCount(body, REQUEST_ITEM_COUNT_MAX)
    return decode(schema, body)
  } catch (error) {
    if (error instanceof CodedError) throw rpcErrors.badRequest()
    throw error
  }
}
