/** Which versions a node has, and for which of them it is registered. */

import { equalBytes } from '@wadi/base/bytes'
import { isTold } from '@wadi/base/errors'
import { decode, encode, make } from '@wadi/cbor/codec'
import type { ValidatorKeys } from '@wadi/compose/network-keys'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { multiSignValue } from '@wadi/primitives/envelope'
import { MultiSignedNode, Node, NodeRuntime } from '@wadi/primitives/node'
import { compareVersions, type Version } from '@wadi/primitives/version'
import type { StandInKeys } from '../../signatures/standInKeys.ts'
import { NEXT_VERSION, VERSION } from '../chain/paratimeGenesis.ts'
import type { SubmittedCall } from './computeNode.ts'
import type { Surroundings } from './simProcess.ts'

type Submit = (call: SubmittedCall) => Promise<void>

/** See the top of this file. It outlives processes, as programs and registrations do. */
export class NodeVersions {
  readonly #surroundings: Pick<Surroundings, 'chain' | 'keys'>
  /** Numbers of the ParaTimes of which the next version is here. */
  readonly #programs = new Set<number>()
  /** Numbers of those for the next version of which the node wants to be registered. */
  readonly #wanted = new Set<number>()
  #registered = 0
  #isRegistering = false

  constructor(surroundings: Pick<Surroundings, 'chain' | 'keys'>) {
    this.#surroundings = surroundings
  }

  /** The operator brings the next version of these. */
  bring(paratimes: readonly number[]): void {
    for (const paratime of paratimes) this.#programs.add(paratime)
  }

  /** The operator wants the node to be registered for the next version of these. */
  standFor(paratimes: readonly number[]): void {
    for (const paratime of paratimes) this.#wanted.add(paratime)
  }

  has(paratime: number, version: Version): boolean {
    return compareVersions(version, VERSION) === 0 || this.#programs.has(paratime)
  }

  /** Registers if there is anything new to say; again with the next block if that fails. */
  async register(submit: Submit): Promise<void> {
    const size = this.#wanted.size
    if (this.#isRegistering || size === this.#registered) return
    const body = this.#descriptor()
    if (body === undefined) return
    this.#isRegistering = true
    try {
      await submit({ method: 'registry.RegisterNode', body })
      this.#registered = size
    } catch (error) {
      if (!isTold(error)) throw error
    } finally {
      this.#isRegistering = false
    }
  }

  /** The process that was at it is gone. */
  forget(): void {
    this.#isRegistering = false
  }

  /** Undefined for a node that no ParaTime lets in. */
  #descriptor(): Uint8Array | undefined {
    const { chain, keys } = this.#surroundings
    const { ids, network } = chain.genesis
    const known = (network.document.registry.nodes ?? [])
      .map((signed) => decode(Node, signed!.untrustedRawValue))
      .find(({ id }) => equalBytes(id, keys.node.publicKey))
    if (known === undefined) return undefined
    const runtimes = (known.runtimes ?? []).flatMap((own) => {
      const { id } = own!
      const isWanted = this.#wanted.has(ids.findIndex((one) => equalBytes(one, id)))
      const versions = isWanted ? [VERSION, NEXT_VERSION] : [VERSION]
      return versions.map((version) => make(NodeRuntime, { id, version }))
    })
    return signedDescriptor({ ...known, runtimes }, keys, chain.keys)
  }
}

/** A descriptor as all keys of its node sign it. */
export function signedDescriptor(
  node: Node,
  { entity: _, ...own }: ValidatorKeys,
  keys: StandInKeys,
): Uint8Array {
  const signers = Object.values(own).map(({ signer }) => keys.signer(signer))
  const context = contextOf(contexts.registerNode)
  return encode(MultiSignedNode, multiSignValue(signers, context, Node, node))
}
