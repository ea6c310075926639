/** Has those ask for something who are there beside what runs, as a plan says. */

import { toHex } from '@wadi/base/bytes'
import { CodedError, isTold } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import type { ValidatorKeys } from '@wadi/compose/network-keys'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { Runtime } from '@wadi/consensus/registry/runtime'
import { read } from '@wadi/consensus-services/kernel/state'
import type { Signer } from '@wadi/crypto/signature/signer'
import { stakingAddress } from '@wadi/primitives/address'
import type { Node } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { signTransaction, transactionContext } from '@wadi/primitives/transaction'
import type { VirtualTime } from '../../world/virtualTime.ts'
import type { DrivenChain } from '../chain/drivenChain.ts'
import type { Applied, Meddled, Refusal } from '../checkers/paratimeChecker.ts'
import type { ComputeNode, SubmittedCall } from '../nodes/computeNode.ts'
import { signedDescriptor } from '../nodes/nodeVersions.ts'
import type { ParatimePlan } from '../plan/paratimePlan.ts'
import type { Applicant, Crowd } from '../plan/paratimeTerms.ts'

export interface CrowdsOptions {
  readonly plan: ParatimePlan
  readonly chain: DrivenChain
  readonly time: VirtualTime
  readonly nodes: readonly ComputeNode[]
  readonly onApplied: (applied: Applied) => void
  readonly onMeddled: (meddled: Meddled) => void
}

const GAS = 1_000_000n

/** See the top of this file. */
export class Crowds {
  readonly #options: CrowdsOptions
  /** One meddler after the other: they may be the same, whose transactions are numbered. */
  #meddled: Promise<void> = Promise.resolve()

  constructor(options: CrowdsOptions) {
    this.#options = options
  }

  schedule(): void {
    const { plan, time } = this.#options
    if (plan.crowd === undefined) return
    const { applicants, outsiders, meddlers } = plan.crowd
    for (const [number, applicant] of applicants.entries())
      time.after(applicant.atMs, () => void this.#apply(number, applicant))
    for (const one of outsiders) time.after(one.atMs, () => this.#insist(one))
    for (const one of meddlers)
      time.after(one.atMs, () => {
        this.#meddled = this.#meddled.then(() => this.#meddle(one))
      })
  }

  /** The descriptor of a node that is registered for this ParaTime alone. */
  #descriptor({ node: { publicKey } }: ValidatorKeys, paratime: number): Node {
    const node = this.#options.chain.genesis.descriptors.get(toHex(publicKey))!
    return { ...node, runtimes: [node.runtimes![paratime]] }
  }

  async #apply(number: number, { paratime, role }: Applicant): Promise<void> {
    const { chain, onApplied } = this.#options
    const keys = chain.genesis.applicants[number]!
    const node = { ...this.#descriptor(keys, paratime), roles: ROLES[role] }
    const body = signedDescriptor(node, keys, chain.keys)
    const call = { method: 'registry.RegisterNode', body }
    onApplied({ node, paratime, refusal: await this.#submit(keys.node.signer, call) })
  }

  /** By the node's own way to the consensus layer, which numbers its transactions. */
  #insist({ node: executor, paratime }: Crowd['outsiders'][number]): void {
    const { chain, nodes, onApplied } = this.#options
    const keys = chain.genesis.executors[executor]!
    const node = chain.genesis.descriptors.get(toHex(keys.node.publicKey))!
    const body = signedDescriptor(node, keys, chain.keys)
    nodes[executor]!.submit({ method: 'registry.RegisterNode', body }, (error) => {
      if (error === undefined) onApplied({ node, paratime, refusal: undefined })
      // It may have tried for as long as nobody took anything of it.
      else if (error instanceof CodedError && error.module === 'registry')
        onApplied({ node, paratime, refusal: error })
      else if (!isTold(error)) throw error
    })
  }

  async #meddle({ who, paratime }: Crowd['meddlers'][number]): Promise<void> {
    const { chain, onMeddled } = this.#options
    const { ids, owner, entities } = chain.genesis
    const known =
      read(chain.state, registryKeys.runtimes, ids[paratime]!) ??
      read(chain.state, registryKeys.suspendedRuntimes, ids[paratime]!)!
    const { executor } = known
    const changed = { ...executor, maxMessages: executor.maxMessages - 1 }
    const body = encode(Runtime, { ...known, executor: changed })
    const { signer } = who === 'owner' ? owner.entity : entities[0]!
    const refusal = await this.#submit(signer, { method: 'registry.RegisterRuntime', body })
    onMeddled({ paratime, who, refusal })
  }

  async #submit(given: Signer, call: SubmittedCall): Promise<Refusal | undefined> {
    const { chain } = this.#options
    const { chainContext } = chain.genesis.network
    const address = stakingAddress(PublicKey.check(given.publicKey))
    const fee = { amount: quantity(0n), gas: GAS }
    const transaction = { nonce: chain.nonceOf(address), fee, ...call }
    const signer = chain.keys.signer(given)
    const signed = signTransaction(signer, transactionContext(chainContext), transaction)
    try {
      await chain.own.api.methods['Consensus/SubmitTx']!.answer(signed as never, {})
      return undefined
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      return error
    }
  }
}
