/** A state that remembers who wrote what. */

import { toHex } from '@wadi/base/bytes'
import { Overlay } from '@wadi/mkvs/overlay'
import type { Tree } from '@wadi/mkvs/tree'
import type { ServiceCall } from './aroundServices.ts'
import type { Phase } from './blockPhase.ts'

/** Who writes: when, and which services have called each other. */
export interface Writer {
  readonly phase: Phase
  /** From the outside in; empty if the application itself writes. */
  readonly calls: readonly ServiceCall[]
}

/** A value that was written under a key; undefined where there is none. */
export interface Write {
  readonly key: string
  readonly writer: Writer
  readonly before: Uint8Array | undefined
  readonly after: Uint8Array | undefined
}

/** What was written so far. Who begins a phase or a call tells it here. */
export class Journal {
  phase: Phase = 'init'
  calls: readonly ServiceCall[] = []
  readonly writes: Write[] = []

  /** Makes a call that writes in its own name. */
  readonly around = <T>(call: ServiceCall, run: () => T): T => {
    const { calls } = this
    this.calls = [...calls, call]
    try {
      return run()
    } finally {
      this.calls = calls
    }
  }
}

/** An overlay that keeps a journal. What is undone was never written. */
export class WatchedState extends Overlay {
  readonly #journal: Journal
  readonly #marks: number[] = []

  constructor(tree: Tree, journal: Journal) {
    super(tree.arena, tree)
    this.#journal = journal
  }

  override insert(key: Uint8Array, value: Uint8Array): void {
    this.#note(key, value)
    super.insert(key, value)
  }

  override remove(key: Uint8Array): void {
    this.#note(key, undefined)
    super.remove(key)
  }

  override removeExisting(key: Uint8Array): Uint8Array | undefined {
    if (this.get(key) !== undefined) this.#note(key, undefined)
    return super.removeExisting(key)
  }

  override begin(): void {
    this.#marks.push(this.#journal.writes.length)
    super.begin()
  }

  override keep(): void {
    this.#marks.pop()
    super.keep()
  }

  override rollback(): void {
    this.#journal.writes.length = this.#marks.pop() ?? 0
    super.rollback()
  }

  #note(key: Uint8Array, value: Uint8Array | undefined): void {
    const { phase, calls, writes } = this.#journal
    const before = this.get(key)?.slice()
    writes.push({ key: toHex(key), writer: { phase, calls }, before, after: value?.slice() })
  }
}
