/** The place of a runtime in what its node registers: filled as soon as all of it works. */

import { make } from '@wadi/cbor/codec'
import type { Namespace } from '@wadi/primitives/namespace'
import { type Node, NodeRuntime } from '@wadi/primitives/node'
import { printVersion, type Version } from '@wadi/primitives/version'
import type { RolePlace } from '@wadi/registration/roles'

/** What has to be true of a runtime before its node registers for it. */
export interface RuntimeReadiness {
  /** The program runs, and can do what the node needs of it. */
  readonly runs: boolean
  /** Its trees are here, or nearly. */
  readonly isAvailable: boolean
  /** Its key manager can be asked, if it has one. */
  readonly hasKeys: boolean
}

/** See the top of this file. */
export class RuntimeRole {
  readonly #id: Namespace
  readonly #place: RolePlace
  #readiness: RuntimeReadiness = { runs: false, isAvailable: false, hasKeys: false }
  /** The versions for which the node stands, as a text; undefined while it does not. */
  #standing: string | undefined

  constructor(id: Namespace, place: RolePlace) {
    this.#id = id
    this.#place = place
  }

  /** Something has changed. The versions are those that can be run here, from the active one on. */
  update(change: Partial<RuntimeReadiness>, versions: readonly Version[]): void {
    this.#readiness = { ...this.#readiness, ...change }
    const { runs, isAvailable, hasKeys } = this.#readiness
    const isReady = runs && isAvailable && hasKeys && versions.length > 0
    const standing = isReady ? versions.map(printVersion).join() : undefined
    if (standing === this.#standing) return
    this.#standing = standing
    if (isReady) this.#place.ready((node) => withVersions(node, this.#id, versions))
    else this.#place.notReady()
  }
}

function withVersions(node: Node, id: Namespace, versions: readonly Version[]): Node {
  const added = versions.map((version) => make(NodeRuntime, { id, version }))
  return { ...node, runtimes: [...(node.runtimes ?? []), ...added] }
}
