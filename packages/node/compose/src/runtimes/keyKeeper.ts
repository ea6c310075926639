/** The key manager of a node, put together: its store, its worker, its program. */

import { drawWaitMs } from '@wadi/base/backoff'
import { RUNTIME_PLACES, runtimeFolder } from '@wadi/contracts/runtime-places'
import { DiskStore } from '@wadi/node-storage/disk-store'
import type { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { RolePlace } from '@wadi/registration/roles'
import { RuntimeNotices } from '@wadi/runtime-host/runtime-notices'
import type { VersionedRuntime } from '@wadi/runtime-host/versioned-runtime'
import { EnclaveCaller } from '@wadi/workers/enclave-caller'
import { KeyManagerWorker } from '@wadi/workers/key-manager-worker'
import { HISTORY_RETRY_MS_FIRST, HISTORY_RETRY_MS_MAX } from '../limits.ts'
import { adoptStores } from './adoptStores.ts'
import { DueVersions } from './dueVersions.ts'
import { hostRuntime } from './hostRuntime.ts'
import type { RuntimeSurroundings } from './nodeRuntime.ts'
import type { RuntimeProgram } from './programs.ts'
import { servicesOf } from './runtimeServices.ts'
import type { RuntimeWish } from './runtimesConfig.ts'

/** What a key manager is made of. */
export interface KeyKeeperOptions extends RuntimeSurroundings {
  readonly wish: RuntimeWish
  readonly programs: readonly RuntimeProgram[]
  readonly place: RolePlace
}

const RETRIES = { firstMs: HISTORY_RETRY_MS_FIRST, maxMs: HISTORY_RETRY_MS_MAX }

interface Parts {
  readonly local: DiskStore
  readonly caller: EnclaveCaller
  readonly hosted: VersionedRuntime
}

/** See the top of this file. */
export class KeyKeeper {
  readonly id: Namespace
  readonly #parts: Parts
  readonly #notices: RuntimeNotices
  readonly #due: DueVersions
  readonly worker: KeyManagerWorker

  private constructor(options: KeyKeeperOptions, parts: Parts) {
    const { wish, config, world, node, submitter, onFatal } = options
    const { timers, random } = world
    const log = world.logger('keymanager')
    const { hosted } = parts
    this.id = wish.id
    this.#parts = parts
    this.#notices = new RuntimeNotices(hosted, { timers, log, onBug: onFatal })
    this.worker = new KeyManagerWorker({
      ...options,
      runtimeId: wish.id,
      nodeId: PublicKey.check(node.publicKey),
      host: hosted,
      submit: (call) => submitter.submit(node, call),
      privatePeers: config.privatePeers,
      world: { ...world, log },
      retryMs: (failures) => drawWaitMs(failures, RETRIES, random),
    })
    this.#due = new DueVersions({
      ...options,
      id: wish.id,
      hosted,
      preWarmEpochs: config.preWarmEpochs,
      log,
      onDescriptor: () => {},
    })
  }

  /** Opens the store; the program starts when it is known which version is due. */
  static async open(options: KeyKeeperOptions): Promise<KeyKeeper> {
    const { wish, config, world, chainContext: chain, programs, calls, onFatal } = options
    const { clock, timers, random, files } = world
    const folder = `${config.dataDir}/${runtimeFolder(wish.id)}`
    files.makeFolder(folder)
    adoptStores(files, folder, chain)
    const local = await DiskStore.open({ path: `${folder}/${RUNTIME_PLACES.local}`, chain })
    const log = world.logger('keymanager')
    // An enclave copies secrets of those on other nodes.
    const caller = new EnclaveCaller({ ...options, world: { clock, timers, log } })
    caller.setKeyManager(wish.id)
    const services = servicesOf(options, { local, caller })
    const hostWorld = { clock, timers, random, log, onBug: onFatal }
    const hosting = { wish, chainContext: chain, programs, services, observer: calls }
    const hosted = hostRuntime({ ...hosting, world: hostWorld })
    const opened = new KeyKeeper(options, { local, caller, hosted })
    opened.worker.start()
    hosted.start()
    return opened
  }

  /** To be called when the consensus layer has come to a height. */
  applied(height: bigint): void {
    const { hosted, caller } = this.#parts
    if (hosted.info !== undefined) this.#notices.consensusSync(height)
    this.#due.applied(height)
    caller.applied(height)
    this.worker.applied(height)
  }

  /** Ends everything; what is durable stays. */
  async stop(): Promise<void> {
    const { hosted, caller, local } = this.#parts
    this.#due.stop()
    this.#notices.close()
    await Promise.all([this.worker.stop(), hosted.stop(), caller.stop()])
    await local.close()
  }
}
