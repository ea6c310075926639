/** All runtimes of a node, and what is answered about them. */

import { toHex } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { keyedMap } from '@wadi/cbor/collections'
import type { Status } from '@wadi/consensus/control'
import type { RuntimeAnswers } from '@wadi/contracts/runtime-answers'
import { Namespace } from '@wadi/primitives/namespace'
import { ROLES } from '@wadi/primitives/nodeRoles'
import type { Registration } from '@wadi/registration/registration'
import type { RolePlace } from '@wadi/registration/roles'
import { countCalls } from '@wadi/runtime-host/metrics'
import { followedAnswers } from '@wadi/workers/followed-answers'
import { hostedAnswers } from '@wadi/workers/hosted-answers'
import { errors } from './errors.ts'
import { KeyKeeper } from './keyKeeper.ts'
import { NodeRuntime, type RuntimeSurroundings } from './nodeRuntime.ts'
import { offeredCommitments } from './offeredCommitments.ts'
import { type PlannedRuntime, planRuntimes } from './planRuntimes.ts'
import {
  bundledProgram,
  loadPrograms,
  type ProgramsWorld,
  type RuntimeProgram,
} from './programs.ts'

interface PlacedRuntime extends PlannedRuntime {
  readonly place: RolePlace | undefined
}

/** What runtimes live on: the node around them. */
export interface NodeRuntimesOptions extends Omit<RuntimeSurroundings, 'calls'> {
  /** Where the node registers for them, if it does. */
  readonly registration: Pick<Registration, 'addRole'> | undefined
  /** Is the node where the consensus layer is? */
  readonly isSynced: () => boolean
}

const ROLE_OF = { compute: 'compute', observer: 'observer', keymanager: 'key-manager' } as const

/** See the top of this file. */
export class NodeRuntimes {
  readonly #options: NodeRuntimesOptions
  readonly #planned: readonly PlacedRuntime[]
  readonly #open = new Map<string, NodeRuntime>()
  #keyManager: KeyKeeper | undefined
  #isStopped = false

  /** Unpacks bundles; what cannot be run here is refused before anything begins. */
  constructor(options: NodeRuntimesOptions) {
    const { config, world, registration } = options
    this.#options = options
    const role = config.part === 'client' ? undefined : ROLES[ROLE_OF[config.part]]
    const planned = planRuntimes(config, loadPrograms(config, programsWorldOf(world)))
    // A node registers when all its places are filled, so that all of them are there before.
    this.#planned = planned.map((one) => {
      return { ...one, place: role === undefined ? undefined : registration?.addRole(role) }
    })
  }

  /** What the node answers about them; to be given to the node before they are opened. */
  get answers(): RuntimeAnswers {
    const { ask, isSynced } = this.#options
    const followed = followedAnswers((id) => this.find(id)?.worker.followed)
    const hosted = hostedAnswers({ ask, isSynced, find: (id) => this.find(id)?.worker.hosted })
    return {
      ...followed,
      answers: { ...followed.answers, ...hosted },
      treesOf: (id) => this.find(id)?.worker.trees,
    }
  }

  /** Whether they are open or not. */
  get ids(): readonly Namespace[] {
    return this.#planned.map(({ wish }) => wish.id)
  }

  /** What the node says of them. */
  get status(): Status['runtimes'] {
    const entries = Array.from(this.#open.values(), (one) => [one.id, one.status] as const)
    return keyedMap(Namespace, entries)
  }

  /** What it says of the secrets that it keeps; undefined if it keeps none. */
  get keyManagerStatus(): Status['keymanager'] {
    return this.#keyManager?.worker.status
  }

  find(id: Namespace): NodeRuntime | undefined {
    return this.#open.get(toHex(id))
  }

  /** Opens their stores, and has their programs start. */
  async start(): Promise<void> {
    const calls = countCalls(this.#options.world.metrics)
    for (const { place, ...planned } of this.#planned) {
      if (this.#isStopped) return
      const options = { ...this.#options, ...planned, calls }
      if (this.#options.config.part === 'keymanager' && place !== undefined)
        this.#keyManager = await KeyKeeper.open({ ...options, place })
      else {
        const runtime = await NodeRuntime.open({ ...options, place })
        this.#open.set(toHex(runtime.id), runtime)
      }
    }
  }

  /** Adds the program of a bundle on this machine to a runtime that the node runs. */
  addBundle(path: string): void {
    const { config, world } = this.#options
    const program = readProgram(() => bundledProgram(path, config, programsWorldOf(world)))
    const runtime = this.find(program.id)
    if (runtime === undefined)
      throw errors.unwanted(
        `${toHex(program.id)} is no runtime that this node has open; put ${path} into ` +
          'runtime.paths, and start it again',
      )
    runtime.add(program)
  }

  /** To be called when the consensus layer has come to a height. */
  applied(height: bigint): void {
    for (const runtime of this.#open.values()) runtime.applied(height)
    this.#keyManager?.applied(height)
  }

  /** To be called when a transaction of the consensus layer may wait for a block. */
  offered(transaction: Uint8Array): void {
    if (this.#options.config.part !== 'compute') return
    const { id, commits = [] } = offeredCommitments(transaction) ?? {}
    const shell = id && this.find(id)?.worker.shell
    for (const commit of commits) shell?.commitmentSeen(commit)
  }

  /** Ends everything; what is durable stays. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all([...this.#open.values(), this.#keyManager].map((runtime) => runtime?.stop()))
    this.#open.clear()
  }
}

function programsWorldOf(world: NodeRuntimesOptions['world']): ProgramsWorld {
  return { timers: world.timers, log: world.logger('runtime') }
}

/** What is wrong with a file that somebody named is a fault of theirs. */
function readProgram(read: () => RuntimeProgram): RuntimeProgram {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error
    throw errors.badBundle(error.message)
  }
}
