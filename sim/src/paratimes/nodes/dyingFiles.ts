/** A disk that tells when it fails for the first time: whoever uses it has to end then. */

import { UnavailableError } from '@wadi/base/errors'
import { MemoryFiles } from '@wadi/node-storage/memory-files'

const FULL = new UnavailableError('storage.full', 'the disk in memory is full')

/** See the top of this file. */
export class DyingFiles extends MemoryFiles {
  /** Something did not fit, and nothing was removed since. */
  isFull = false
  /** Is told of the failure; until it is told anew, of no other. */
  onFailed: ((error: unknown) => void) | undefined

  override count(operation: string): void {
    try {
      super.count(operation)
    } catch (error) {
      this.#tell(error)
      throw error
    }
  }

  #tell(error: unknown): void {
    const tell = this.onFailed
    this.onFailed = undefined
    tell?.(error)
  }

  /** There is room again, perhaps. */
  override limitRoom(bytes: number): void {
    super.limitRoom(bytes)
    this.isFull = false
  }

  override kill(): void {
    super.kill()
    this.isFull = false
  }

  override takeRoom(growth: number): number {
    const granted = super.takeRoom(growth)
    if (growth > 0 && granted < growth) {
      this.isFull = true
      this.#tell(FULL)
    }
    return granted
  }
}
