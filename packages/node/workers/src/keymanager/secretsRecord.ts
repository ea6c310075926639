/** What a node that keeps secrets has done: for its status, and counted. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import type { InstrumentsOf, MetricsRegistry } from '@wadi/base/metrics'
import { make } from '@wadi/cbor/codec'
import {
  EphemeralSecretStats,
  KeymanagerState,
  MasterSecretStats,
  SecretsWorkerStatus,
} from '@wadi/consensus/control/keymanagerStatus'
import type {
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  SignedInitResponse,
  Status,
} from '@wadi/consensus/keymanager'
import type { Namespace } from '@wadi/primitives/namespace'
import type { SeenInput } from '@wadi/runtime-keymanager/worker/input'
import { keyManagerMetrics } from './metrics.ts'

/** See the top of this file. */
export class SecretsRecord {
  readonly #metrics: InstrumentsOf<typeof keyManagerMetrics>
  readonly #of: { readonly runtime: string }
  readonly #clients = new Set<string>()
  #worker = make(SecretsWorkerStatus, { status: KeymanagerState.names.starting })

  constructor(metrics: MetricsRegistry, runtimeId: Namespace) {
    this.#metrics = metrics.register(keyManagerMetrics)
    this.#of = { runtime: toHex(runtimeId) }
  }

  get worker(): SecretsWorkerStatus {
    return this.#worker
  }

  /** The consensus layer at a height. */
  seen({ status, masterSecret, ephemeralSecret }: SeenInput): void {
    const metrics = this.#metrics
    if (status !== undefined) {
      metrics.chainGeneration.set(Number(status.generation), this.#of)
      metrics.chainRotationEpoch.set(Number(status.rotationEpoch), this.#of)
    }
    if (masterSecret !== undefined) {
      metrics.chainProposalGeneration.set(Number(masterSecret.secret.generation), this.#of)
      metrics.chainProposalEpoch.set(Number(masterSecret.secret.epoch), this.#of)
    }
    if (ephemeralSecret !== undefined)
      metrics.chainEphemeralEpoch.set(Number(ephemeralSecret.secret.epoch), this.#of)
  }

  /** Runtimes that have this key manager. */
  clients(ids: readonly Namespace[]): void {
    for (const id of ids.map(toHex)) {
      if (this.#clients.has(id)) continue
      this.#clients.add(id)
      this.#metrics.computeRuntimes.add(1, this.#of)
    }
  }

  /** Another node has called the enclave. */
  called(method: string): void {
    this.#metrics.enclaveCalls.add(1, { method })
  }

  initialized({ policy, generation }: Status, { initResponse }: SignedInitResponse): void {
    const { policyChecksum } = initResponse
    const known = this.#worker.policyChecksum ?? new Uint8Array(0)
    if (!equalBytes(known, policyChecksum ?? new Uint8Array(0)))
      this.#metrics.policyUpdates.add(1, this.#of)
    this.#metrics.enclaveGeneration.set(Number(generation), this.#of)
    this.#worker = { ...this.#worker, policy, policyChecksum }
  }

  registered(unixSeconds: bigint): void {
    const status = KeymanagerState.names.ready
    this.#worker = { ...this.#worker, status, lastRegistration: unixSeconds }
  }

  loadedMaster({ secret: { generation, epoch } }: SignedEncryptedMasterSecret): void {
    this.#metrics.enclaveProposalGeneration.set(Number(generation), this.#of)
    this.#metrics.enclaveProposalEpoch.set(Number(epoch), this.#of)
    const { numLoaded } = this.#worker.masterSecrets
    this.#master({ numLoaded: numLoaded + 1n, lastLoadedGeneration: generation })
  }

  loadedEphemeral({ secret: { epoch } }: SignedEncryptedEphemeralSecret): void {
    this.#metrics.enclaveEphemeralEpoch.set(Number(epoch), this.#of)
    const { numLoaded } = this.#worker.ephemeralSecrets
    this.#ephemeral({ numLoaded: numLoaded + 1n, lastLoadedEpoch: epoch })
  }

  generatedMaster({ secret: { generation, epoch } }: SignedEncryptedMasterSecret): void {
    this.#metrics.generatedMasterGeneration.set(Number(generation), this.#of)
    this.#metrics.generatedMasterEpoch.set(Number(epoch), this.#of)
    const { numGenerated } = this.#worker.masterSecrets
    this.#master({ numGenerated: numGenerated + 1n, lastGeneratedGeneration: generation })
  }

  generatedEphemeral({ secret: { epoch } }: SignedEncryptedEphemeralSecret): void {
    this.#metrics.generatedEphemeralEpoch.set(Number(epoch), this.#of)
    const { numGenerated } = this.#worker.ephemeralSecrets
    this.#ephemeral({ numGenerated: numGenerated + 1n, lastGeneratedEpoch: epoch })
  }

  stopped(): void {
    this.#worker = { ...this.#worker, status: KeymanagerState.names.stopped }
  }

  #master(change: Partial<MasterSecretStats>): void {
    const masterSecrets = make(MasterSecretStats, { ...this.#worker.masterSecrets, ...change })
    this.#worker = { ...this.#worker, masterSecrets }
  }

  #ephemeral(change: Partial<EphemeralSecretStats>): void {
    const { ephemeralSecrets } = this.#worker
    const changed = make(EphemeralSecretStats, { ...ephemeralSecrets, ...change })
    this.#worker = { ...this.#worker, ephemeralSecrets: changed }
  }
}
