/** Time that passes when a test says so, for what waits by promises. */

import { VirtualTime } from '@wadi/base/testing/virtual-time'

/** See the top of this file. */
export class TestTime extends VirtualTime {
  /** Everything happens that waits for no time. */
  override async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** Time passes, and what is due happens in its order. */
  override async advance(ms: number): Promise<void> {
    await this.settle()
    const endMs = this.clock.monotonicMs() + ms
    while (this.happenNext(endMs)) await this.settle()
    this.passUntil(endMs)
  }
}
