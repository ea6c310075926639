/** One request of the host: what has to be asked until it can be answered. */

import { EMPTY_BYTES, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import { MissingNodeError } from '@wadi/mkvs/nodeReader'
import type { Proof } from '@wadi/mkvs/proof'
import { equalRoots, type Root } from '@wadi/mkvs/roots'
import { verifyAnswer } from '@wadi/mkvs/syncer'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import {
  KEY_MANAGER_UNHEARD,
  type KeyPairName,
  type KeyWait,
  MissingKeyError,
  type RuntimeKeys,
} from '@wadi/runtime-protocol/enclave-rpc/keys'
import type { AnswerTo, RequestKind } from '@wadi/runtime-protocol/host-protocol/answers'
import { Body } from '@wadi/runtime-protocol/host-protocol/message'
import { type AskHost, MissingAnswerError, type Request } from '@wadi/runtime-protocol/runtime'
import { errors } from './errors.ts'
import type { GuessedState } from './guessedState.ts'
import type { HostConnection } from './hostConnection.ts'
import { type Key, type KeyQueue, keyId } from './keyQueue.ts'
import {
  KEYS_PER_QUESTION_MAX,
  LOOKUPS_MAX,
  PREFETCH_COUNT,
  PROOF_BYTES_MAX,
  QUESTIONS_MAX,
} from './limits.ts'

/** A tree whose nodes are with the host, and under which name the host has it. */
export interface RemoteTree {
  readonly endpoint: number
  readonly state: GuessedState
}

/** Whether trees are only read, or changed: then what is beside a node may be missing as well. */
export type Access = 'read' | 'write'

/** Who is asked: the host, and through it the key manager. */
export interface Sources {
  readonly connection: Pick<HostConnection, 'ask'>
  readonly keys: Pick<KeyQueue, 'fetch' | 'client'>
}

/** Runs dry functions, asks for what they miss, and runs them again. */
export class HostCall {
  readonly #connection: Pick<HostConnection, 'ask'>
  readonly #keys: Sources['keys']
  readonly #trees: readonly RemoteTree[]
  readonly #signal: AbortSignal
  readonly #answers = new Map<string, Body>()
  /** What the key manager refused is told again and again: within a call nothing changes. */
  readonly #keyAnswers = new Map<string, Key | CodedError>()
  /** Once nobody was heard nobody is asked: with many keys it would take many times as long. */
  #unheard: CodedError | undefined
  #questionCount = 0
  #proofBytes = 0
  #lastPosition = ''
  #wasGuessed = false

  constructor({ connection, keys }: Sources, trees: readonly RemoteTree[], signal: AbortSignal) {
    this.#connection = connection
    this.#keys = keys
    this.#trees = trees
    this.#signal = signal
  }

  /**
   * Gives what the function gives as soon as it has all it needs. What it gives although something
   * was missing is dropped.
   */
  async run<T>(access: Access, attempt: () => T, drop?: (guessed: T) => void): Promise<T> {
    for (;;) {
      if (this.#signal.aborted) throw errors.aborted()
      try {
        return attempt()
      } catch (error) {
        if (error instanceof MissingNodeError)
          await this.#fetchNodes(error, access, () => {
            const guessed = attempt()
            drop?.(guessed)
          })
        else if (error instanceof MissingAnswerError) await this.#fetchAnswer(error.request)
        else if (error instanceof MissingKeyError) await this.#fetchKey(error)
        else throw error
      }
    }
  }

  /** What runtimes ask with. */
  readonly ask: AskHost = <K extends RequestKind>(request: Request<K>) => {
    // What is asked is a body of its kind: that cannot be said of any kind.
    const body = request as Body
    const answer = this.#answers.get(keyOf(body))
    if (answer === undefined) throw new MissingAnswerError(body)
    return answer as AnswerTo<K>
  }

  /** What runtimes ask their key manager with. */
  readonly keys: RuntimeKeys = {
    keyPair: (name, wait) => this.#keys.client.knownPair(name) ?? this.#key('key-pair', name, wait),
    publicKey: (name) => this.#key('public-key', name),
  }

  #key<T extends Key>(part: MissingKeyError['part'], name: KeyPairName, wait?: KeyWait): T {
    const answer = this.#keyAnswers.get(keyId(part, name)) ?? this.#unheard
    if (answer === undefined) throw new MissingKeyError(part, name, wait)
    if (answer instanceof CodedError) throw answer
    // Which form a key has follows from the part of its identifier.
    return answer as T
  }

  async #fetchKey(missing: MissingKeyError): Promise<void> {
    this.#count()
    const fetched = this.#keys.fetch(missing).catch((error: unknown) => {
      if (!(error instanceof CodedError)) throw error
      if (error.reason === KEY_MANAGER_UNHEARD) this.#unheard = error
      return error
    })
    const answer = await this.#unlessAborted(fetched)
    this.#keyAnswers.set(keyId(missing.part, missing.keyName), answer)
  }

  /** Key managers may take longer than a host lets a runtime that is to give up. */
  async #unlessAborted<T>(work: Promise<T>): Promise<T> {
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const giveUp = () => reject(errors.aborted())
    this.#signal.addEventListener('abort', giveUp)
    try {
      return await Promise.race([work, aborted])
    } finally {
      this.#signal.removeEventListener('abort', giveUp)
    }
  }

  async #fetchAnswer(request: Body): Promise<void> {
    this.#count()
    this.#answers.set(keyOf(request), await this.#connection.ask(request as Request<RequestKind>))
  }

  /** The node that was missed; from the second one on with all that are known to be, too. */
  async #fetchNodes(missing: MissingNodeError, access: Access, guess: () => void): Promise<void> {
    const position = toHex(missing.position)
    const isAgain = position === this.#lastPosition
    if (isAgain && !this.#wasGuessed) throw errors.noProgress(position)
    const mayGuess = access === 'read' && this.#lastPosition !== '' && !isAgain
    this.#lastPosition = position
    const keys = mayGuess ? this.#guess(guess) : []
    const own = this.#trees.find(({ state: { tree } }) => equalRoots(tree.root, missing.root))
    if (own === undefined) throw missing
    for (const [remote, missed] of keys) await this.#fetchKeys(remote, missed)
    // A walk misses what lies beside the keys that were looked for.
    this.#wasGuessed = keys.some(([remote]) => remote === own)
    if (!this.#wasGuessed) await this.#fetchNode(access, own, missing)
  }

  /** What a run misses that goes on as if it were not there, and comes to nothing. */
  #guess(run: () => void): readonly (readonly [RemoteTree, readonly Uint8Array[]])[] {
    for (const { state } of this.#trees) state.beginGuess()
    try {
      run()
    } catch {
      // It went by what is not so.
    }
    return this.#trees
      .map((remote) => [remote, remote.state.endGuess()] as const)
      .filter(([, keys]) => keys.length > 0)
  }

  async #fetchKeys(remote: RemoteTree, keys: readonly Uint8Array[]): Promise<void> {
    for (let from = 0; from < keys.length; from += KEYS_PER_QUESTION_MAX) {
      await this.#fetchSomeKeys(remote, keys.slice(from, from + KEYS_PER_QUESTION_MAX))
    }
  }

  async #fetchSomeKeys({ endpoint, state }: RemoteTree, keys: readonly Uint8Array[]) {
    this.#count()
    const { root } = state.tree
    const proof = await this.#askProof({
      endpoint,
      syncGet: undefined,
      syncGetPrefixes: {
        tree: treeId(root, root.hash),
        prefixes: keys,
        limit: keys.length,
        proofVersion: 0,
      },
      syncIterate: undefined,
    })
    const asked = { root, position: root.hash }
    state.tree.merge(verifyAnswer(proof, asked), keys[0] ?? EMPTY_BYTES)
  }

  async #fetchNode(access: Access, remote: RemoteTree, missing: MissingNodeError): Promise<void> {
    this.#count()
    const proof = await this.#askProof(this.#nodeRequest(access, remote, missing))
    remote.state.tree.merge(verifyAnswer(proof, missing), missing.key)
  }

  async #askProof(body: Request<'HostStorageSyncRequest'>['body']): Promise<Proof> {
    const answer = await this.#connection.ask({ kind: 'HostStorageSyncRequest', body })
    if (answer.body.proofResponse === undefined) throw errors.noProof()
    const { proof } = answer.body.proofResponse
    this.#countProof(proof)
    return proof
  }

  /** Single lookups at first; whoever misses many nodes gets more of them at once. */
  #nodeRequest(
    access: Access,
    { endpoint }: RemoteTree,
    { root, position, key }: MissingNodeError,
  ): Request<'HostStorageSyncRequest'>['body'] {
    const tree = treeId(root, position)
    const isWalk = access === 'read' && this.#questionCount > LOOKUPS_MAX
    const syncGet = { tree, key, includeSiblings: access === 'write', proofVersion: 0 }
    const syncIterate = { tree, key, prefetch: PREFETCH_COUNT, proofVersion: 0 }
    return {
      endpoint,
      syncGet: isWalk ? undefined : syncGet,
      syncGetPrefixes: undefined,
      syncIterate: isWalk ? syncIterate : undefined,
    }
  }

  #count(): void {
    this.#questionCount++
    if (this.#questionCount > QUESTIONS_MAX) throw errors.tooManyQuestions()
  }

  #countProof({ entries }: Proof): void {
    for (const entry of entries) this.#proofBytes += entry?.length ?? 0
    if (this.#proofBytes > PROOF_BYTES_MAX) throw errors.proofsTooLarge()
  }
}

function treeId(root: Root, position: Uint8Array) {
  const { namespace, hash } = root
  const wireRoot = { ...root, namespace: Namespace.check(namespace), hash: Hash.check(hash) }
  return { root: wireRoot, position: Hash.check(position) }
}

function keyOf(request: Body): string {
  return toHex(encode(Body, request))
}
