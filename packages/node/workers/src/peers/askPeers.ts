/** Asks other nodes. Whoever asks says what an answer was worth. */

import { isTold } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import { notWanted } from '@wadi/contracts/not-wanted'
import type { Answer, Question, RuntimeNetwork } from '@wadi/contracts/runtime-network'
import { RUNTIME_SERVICES, runtimeProtocolOf } from '@wadi/libp2p/names'
import type { Namespace } from '@wadi/primitives/namespace'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { checkItemCount } from '@wadi/runtime-protocol/itemCount'
import type { PeerMethod } from '@wadi/runtime-protocol/peers/methods'

/** Whom to ask, and for how long somebody wants to know. */
export interface AskOptions {
  /** Those who speak the protocol, unless told otherwise. */
  readonly peers?: readonly PublicKey[]
  readonly retries?: number
  readonly signal?: AbortSignal
}

/** Asks what? */
export interface Asked<Q, A> {
  readonly protocol: string
  readonly method: PeerMethod<Q, A>
  readonly request: Q
}

function questionOf<Q, A>(
  { protocol, method, request }: Asked<Q, A>,
  { peers, retries }: AskOptions,
): Question<A> {
  const { name, responseMsMax, itemCountMax } = method
  const body = encode(method.request, request)
  const read = (answer: Uint8Array) => {
    if (itemCountMax !== undefined) checkItemCount(answer, itemCountMax)
    return decode(method.response, answer)
  }
  return { protocol, method: name, body, read, peers, responseMsMax, retries }
}

/** The first answer; rejects with why there is none. */
export function askPeers<Q, A>(
  network: Pick<RuntimeNetwork, 'ask'>,
  asked: Asked<Q, A>,
  options: AskOptions = {},
): Promise<Answer<A>> {
  const { signal } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(notWanted())
      return
    }
    const aborted = () => {
      asking.cancel()
      reject(notWanted())
    }
    const asking = network.ask(questionOf(asked, options), (outcome) => {
      signal?.removeEventListener('abort', aborted)
      if (outcome.kind === 'answered') resolve(outcome.answer)
      else reject(outcome.error)
    })
    signal?.addEventListener('abort', aborted, { once: true })
  })
}

/** All answers, until `take` has enough. */
export function askAllPeers<Q, A>(
  network: Pick<RuntimeNetwork, 'askMany'>,
  asked: Asked<Q, A>,
  take: (answer: Answer<A>) => 'more' | 'enough',
  options: AskOptions = {},
): Promise<void> {
  const { signal } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(notWanted())
      return
    }
    const aborted = () => {
      asking.cancel()
      reject(notWanted())
    }
    const asking = network.askMany(questionOf(asked, options), take, () => {
      signal?.removeEventListener('abort', aborted)
      resolve()
    })
    signal?.addEventListener('abort', aborted, { once: true })
  })
}

/** Those who have the trees of a runtime. */
export interface StoragePeers {
  readonly network: Pick<RuntimeNetwork, 'ask' | 'askMany' | 'want'>
  readonly chainContext: string
  readonly runtimeId: Namespace
}

/** In which protocols trees can be asked for: today's, then that of older nodes. */
export function storageProtocols(
  { chainContext, runtimeId }: StoragePeers,
  service: 'diffsync' | 'checkpointsync',
): readonly [today: string, older: string] {
  const protocolOf = (name: 'storagesync' | typeof service) =>
    runtimeProtocolOf(chainContext, RUNTIME_SERVICES[name], runtimeId)
  return [protocolOf(service), protocolOf('storagesync')]
}

/** Asks in one protocol after the other; rejects with the last failure. */
export async function askPeersInTurn<Q, A>(
  network: Pick<RuntimeNetwork, 'ask'>,
  protocols: readonly string[],
  asked: Omit<Asked<Q, A>, 'protocol'>,
  options: AskOptions & { readonly signal: AbortSignal },
): Promise<Answer<A>> {
  let failure: unknown
  for (const protocol of protocols)
    try {
      return await askPeers(network, { ...asked, protocol }, options)
    } catch (error) {
      if (!isTold(error) || options.signal.aborted) throw error
      failure = error
    }
  throw failure
}
