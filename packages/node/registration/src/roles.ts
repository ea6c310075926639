/**
 * What a node does, part by part. Each part has a place in the descriptor, which it fills as soon
 * as it works; a node of which one part does not work is not registered.
 */

import { assert } from '@wadi/base/errors'
import type { Node } from '@wadi/primitives/node'
import { isSingleRole } from '@wadi/primitives/nodeRoles'

/** Adds to a descriptor what there is to say of a part; throws if it cannot. */
export type Describe = (descriptor: Node) => Node

/** The place of one part. */
export interface RolePlace {
  /**
   * The part works, or what is to be said of it has changed. `registered` is called once, when
   * the node has been registered with it.
   */
  ready(describe: Describe, registered?: () => void): void
  /** The part does not work any more. */
  notReady(): void
}

interface Filling {
  readonly describe: Describe
  registered: (() => void) | undefined
}

interface Place {
  readonly role: number
  filling: Filling | undefined
}

/** The places as they are filled at a time. */
export interface FilledRoles {
  /** Adds all roles, and what there is to say of them. */
  readonly describe: Describe
  /** To be called when the node is registered like that. */
  readonly registered: () => void
}

/** See the top of this file. */
export class Roles {
  readonly #places: Place[] = []
  readonly #changed: () => void

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** A place for one role, or for a part without a role of its own: 0. */
  add(role: number): RolePlace {
    assert(role === 0 || isSingleRole(role), 'a part has one role')
    const place: Place = { role, filling: undefined }
    this.#places.push(place)
    const fill = (filling: Filling | undefined) => {
      place.filling = filling
      this.#changed()
    }
    return {
      ready: (describe, registered) => fill({ describe, registered }),
      notReady: () => fill(undefined),
    }
  }

  /** Does everything work? A node without any part has nothing to register for. */
  get areReady(): boolean {
    return this.#places.length > 0 && this.#places.every(({ filling }) => filling !== undefined)
  }

  /** What is there now; what changes later does not change it. */
  filled(): FilledRoles {
    const filled = this.#places.flatMap(({ role, filling }) =>
      filling === undefined ? [] : [{ role, filling }],
    )
    return {
      describe: (descriptor) => {
        let described = descriptor
        for (const { role, filling } of filled)
          described = filling.describe({ ...described, roles: described.roles | role })
        return described
      },
      registered: () => {
        for (const { filling } of filled) {
          const { registered } = filling
          filling.registered = undefined
          registered?.()
        }
      },
    }
  }
}
