/**
 * A ParaTime in several versions, of which the one that is due answers; nothing does while the node
 * does not have it. The epoch that counts is that of the next block.
 */

import { UnavailableError } from '@wadi/base/errors'
import type {
  CallOptions,
  HostedRuntime,
  RuntimeEvent,
  RuntimeRequestKind,
} from '@wadi/contracts/runtime-host'
import type { Namespace } from '@wadi/primitives/namespace'
import { compareVersions, type Version } from '@wadi/primitives/version'
import { activeDeployment } from '@wadi/runtime-protocol/deployments'
import type { AnswerTo } from '@wadi/runtime-protocol/host-protocol/answers'
import type { Request } from '@wadi/runtime-protocol/runtime'
import type { Life } from './simProcess.ts'

/** What is hosted. */
export interface VersionedHostOptions {
  readonly id: Namespace
  readonly ask: Life['ask']
  readonly versions: readonly HostedRuntime[]
  /** Is there a program? */
  readonly has: (version: Version) => boolean
  readonly changeDue: ((due: Version) => Version) | undefined
}

type AskRegistry = (name: 'Registry/GetRuntime', question: object) => Promise<Deployed>
type Deployed = Parameters<typeof activeDeployment>[0]

const LAST_HEIGHT = 0n

/** See the top of this file. */
export class VersionedHost implements HostedRuntime {
  readonly id: Namespace
  readonly capabilityTee = undefined
  readonly #options: VersionedHostOptions
  readonly #listeners = new Set<(event: RuntimeEvent) => void>()
  #epoch: bigint | undefined
  #due: Version | undefined
  #active: HostedRuntime | undefined

  constructor(options: VersionedHostOptions) {
    this.id = options.id
    this.#options = options
  }

  get version(): Version | undefined {
    return this.#active?.version
  }

  get info(): HostedRuntime['info'] {
    return this.#active?.info
  }

  start(): void {}

  async stop(): Promise<void> {}

  async abort(): Promise<void> {}

  watch(listener: (event: RuntimeEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async call<K extends RuntimeRequestKind>(
    request: Request<K>,
    options?: CallOptions,
  ): Promise<AnswerTo<K>> {
    if (this.#active === undefined)
      throw new UnavailableError('sim.noVersion', 'the version that is due is not here')
    return await this.#active.call(request, options)
  }

  /** The consensus layer has come to a height. */
  async applied(height: bigint): Promise<void> {
    const { ask, id, changeDue } = this.#options
    const [now, future] = await Promise.all([
      ask('Beacon/GetEpoch', LAST_HEIGHT),
      ask('Beacon/GetFutureEpoch', LAST_HEIGHT),
    ])
    const epoch = future?.height === height + 1n ? future.epoch : now
    if (epoch !== this.#epoch) {
      const query = { height: LAST_HEIGHT, id, includeSuspended: true }
      const descriptor = await (ask as unknown as AskRegistry)('Registry/GetRuntime', query)
      const due = activeDeployment(descriptor, epoch)?.version
      this.#epoch = epoch
      this.#due = due && (changeDue?.(due) ?? due)
    }
    this.#settle()
  }

  #settle(): void {
    const { versions, has } = this.#options
    const due = this.#due
    const isDue = ({ version }: HostedRuntime) =>
      due !== undefined && version !== undefined && compareVersions(version, due) === 0
    const active = due !== undefined && has(due) ? versions.find(isDue) : undefined
    if (active === this.#active) return
    if (this.#active !== undefined)
      this.#tell({ kind: 'stopped', fault: undefined, retryMs: undefined })
    this.#active = active
    this.#tell({ kind: 'versions-changed' })
    if (active?.info !== undefined) this.#tell({ kind: 'started', info: active.info })
  }

  #tell(event: RuntimeEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
