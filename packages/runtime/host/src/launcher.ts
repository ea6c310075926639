/** How a runtime's program is started; what it does then, everybody is told in the same way. */

import type { Duplex } from 'node:stream'

/** Takes what a program writes, in whatever pieces. */
export type OutputSink = (piece: Uint8Array) => void

/** A program that runs, and the stream on which it speaks the protocol. */
export interface LaunchedProgram {
  readonly stream: Duplex
  /** Resolves, with how it ended, when nothing of it is left. */
  readonly ended: Promise<string>
  /** Ends it, whatever it does. */
  kill(): void
}

/** Starts the program, as often as it is needed. */
export interface Launcher {
  readonly kind: 'process' | 'sandbox' | 'worker'
  /**
   * Rejects with a `RuntimeFaultError` if there is no connection in time, or as soon as nobody
   * wants it any more; then nothing is left.
   */
  launch(output: OutputSink, signal: AbortSignal): Promise<LaunchedProgram>
}
