/** Long answers out of trees, with a turn of the event loop for everything else in between. */

import { setImmediate as turn } from 'node:timers/promises'
import { UnavailableError } from '@wadi/base/errors'

/** See the top of this file. */
export class Turns {
  #next: Promise<void> | undefined

  /** Works at once, or after all who came before. Not for somebody who has gone meanwhile. */
  async take<T>(work: () => T | Promise<T>, signal?: AbortSignal): Promise<T> {
    while (this.#next !== undefined) await this.#next
    if (signal?.aborted)
      throw new UnavailableError('storage.gone', 'storage: nobody waits any more')
    this.#next = this.#others()
    return await work()
  }

  /** What ends this turn comes before what others have sent: they are heard in the next one. */
  async #others(): Promise<void> {
    await turn()
    await turn()
    this.#next = undefined
  }
}
