/**
 * Has ParaTimes get another version, as a plan says: by their owner or by themselves, and by those
 * who run nodes.
 */

import { toUtf8 } from '@wadi/base/bytes'
import { CodedError, isTold } from '@wadi/base/errors'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { encode, encodeRust, make } from '@wadi/cbor/codec'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { Runtime, VersionInfo } from '@wadi/consensus/registry/runtime'
import { read } from '@wadi/consensus-services/kernel/state'
import { Call, UpdateRuntimeArgs } from '@wadi/paratime-keyvalue/call'
import { stakingAddress } from '@wadi/primitives/address'
import type { Namespace } from '@wadi/primitives/namespace'
import { quantity } from '@wadi/primitives/quantity'
import { signTransaction, transactionContext } from '@wadi/primitives/transaction'
import { randomFor } from '../../plan/randomFor.ts'
import type { VirtualTime } from '../../world/virtualTime.ts'
import type { DrivenChain } from '../chain/drivenChain.ts'
import { NEXT_VERSION } from '../chain/paratimeGenesis.ts'
import type { ComputeNode } from '../nodes/computeNode.ts'
import type { LateClass } from '../plan/paratimeClasses.ts'
import type { ParatimePlan, Upgrade } from '../plan/paratimePlan.ts'

export interface UpgradesOptions {
  readonly plan: ParatimePlan
  readonly chain: DrivenChain
  readonly time: VirtualTime
  readonly nodes: readonly ComputeNode[]
  /** A node comes too late. */
  readonly wasLate: (how: LateClass) => void
  /** The consensus layer does not want it. */
  readonly refused: (why: string) => void
}

const GAS = 1_000_000n
/** How long those who have everything in time take to register for it. */
const PROMPT_MS_MAX = 3000
/** Within so many blocks it is in one. */
const SUBMITTED_BLOCKS = 2n
/** When somebody who calls a ParaTime for it calls again. */
const PATIENCE_MS = 6000

/** See the top of this file. */
export class Upgrades {
  readonly #options: UpgradesOptions
  readonly #random: RandomSource
  readonly #callers: RandomSource

  constructor(options: UpgradesOptions) {
    this.#options = options
    this.#random = randomFor(options.plan.seed, 'upgrades')
    this.#callers = randomFor(options.plan.seed, 'calls for upgrades')
  }

  schedule(): void {
    const { plan, time, nodes } = this.#options
    const { upgrade } = plan
    if (upgrade === undefined) return
    time.after(upgrade.toldMs, () => void this.#announce(upgrade))
    for (const node of nodes) this.#prepare(node, upgrade)
  }

  #prepare({ index, versions }: ComputeNode, { paratimes, toldMs, late }: Upgrade): void {
    const { time, wasLate } = this.#options
    const found = late.find(({ node }) => node === index)
    if (found === undefined) versions.bring(paratimes)
    else
      time.after(found.atMs, () => {
        versions.bring(paratimes)
        versions.standFor(paratimes)
        if (paratimes.some((paratime) => this.#isDue(paratime))) wasLate(found.class)
      })
    if (found?.class === 'late-version') return
    const waitMs = randomBelow(this.#random, PROMPT_MS_MAX)
    time.after(toldMs + waitMs, () => versions.standFor(paratimes))
  }

  #isDue(paratime: number): boolean {
    const { chain } = this.#options
    const { deployments } = chain.runtime(paratime).runtime!
    return deployments.some((one) => one!.validFrom > 0n && one!.validFrom <= chain.epoch)
  }

  /** That of the block with what is submitted now; an upgrade begins after it. */
  #epochThen(): bigint {
    const { chain } = this.#options
    const next = read(chain.state, beaconKeys.futureEpoch)
    const isOver = next !== undefined && next.height <= chain.height + SUBMITTED_BLOCKS
    return isOver ? next.epoch : chain.epoch
  }

  async #announce({ paratimes, epochs }: Upgrade): Promise<void> {
    const { chain, plan, refused } = this.#options
    const isOwn = (paratime: number) => plan.paratimes[paratime]!.terms?.governance === 'runtime'
    for (const paratime of paratimes.filter(isOwn)) this.#insist(paratime, epochs, 0)
    for (const paratime of paratimes.filter((one) => !isOwn(one)))
      for (;;) {
        const validFrom = this.#epochThen() + BigInt(epochs)
        try {
          await this.#submit(paratime, make(VersionInfo, { version: NEXT_VERSION, validFrom }))
          break
        } catch (error) {
          if (!(error instanceof CodedError)) throw error
          // That epoch has begun while it was on its way: it is told for a later one.
          if (chain.epoch >= validFrom) continue
          refused(`paratime ${paratime}: ${error.message}`)
          break
        }
      }
  }

  #known(paratime: number): Runtime {
    const { chain } = this.#options
    const id = chain.genesis.ids[paratime]!
    const known = read(chain.state, registryKeys.runtimes, id)
    return known ?? read(chain.state, registryKeys.suspendedRuntimes, id)!
  }

  /**
   * Somebody calls a ParaTime that governs itself until its message has been heard: transactions
   * are lost, and epochs begin before they are executed. A call that comes after another one has
   * been heard is refused, or moves what has not begun.
   */
  #insist(paratime: number, epochs: number, tries: number): void {
    const { chain, time, nodes } = this.#options
    const known = this.#known(paratime)
    if (known.deployments.length > 1) return
    const validFrom = this.#epochThen() + BigInt(epochs)
    const next = make(VersionInfo, { version: NEXT_VERSION, validFrom })
    const updateRuntime = { ...known, deployments: [...known.deployments, next] }
    const data = encodeRust(Call, {
      sender: toUtf8(`governor ${tries}`),
      nonce: 0n,
      method: 'update_runtime',
      args: encodeRust(UpdateRuntimeArgs, { updateRuntime }),
    })
    const node = nodes[randomBelow(this.#callers, nodes.length)]!
    void callAt(node, chain.genesis.ids[paratime]!, data)
    time.after(PATIENCE_MS, () => this.#insist(paratime, epochs, tries + 1))
  }

  async #submit(paratime: number, deployment: VersionInfo): Promise<void> {
    const { chain } = this.#options
    const { owner, network } = chain.genesis
    const { publicKey, signer } = owner.entity
    const known = this.#known(paratime)
    const transaction = {
      nonce: chain.nonceOf(stakingAddress(publicKey)),
      fee: { amount: quantity(0n), gas: GAS },
      method: 'registry.RegisterRuntime',
      body: encode(Runtime, { ...known, deployments: [...known.deployments, deployment] }),
    }
    const context = transactionContext(network.chainContext)
    const signed = signTransaction(chain.keys.signer(signer), context, transaction)
    await chain.own.api.methods['Consensus/SubmitTx']!.answer(signed as never, {})
  }
}

/** Whether it was executed shows in the registry alone. */
async function callAt(node: ComputeNode, runtimeId: Namespace, data: Uint8Array): Promise<void> {
  try {
    await node.answers?.['RuntimeClient/SubmitTxMeta']({ runtimeId, data }, {})
  } catch (error) {
    if (!isTold(error)) throw error
  }
}
