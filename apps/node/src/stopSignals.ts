/** The signals with which a process is asked to end. */

/**
 * What a launcher passes on came from the terminal as well: within this time it is one signal. Half
 * a second was too little on a machine at seven times its load.
 */
const SAME_SIGNAL_MS = 2_000

/** What is done when somebody asks, and when somebody insists. */
export interface StopActions {
  readonly stop: (signal: string) => void
  readonly force: () => void
}

/** Calls `stop` at the first signal, and `force` at one that comes later. */
export function onStopSignals(
  { stop, force }: StopActions,
  signals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'],
): void {
  let firstMs: number | undefined
  const onSignal = (signal: string) => {
    const nowMs = performance.now()
    if (firstMs === undefined) {
      firstMs = nowMs
      stop(signal)
    } else if (nowMs - firstMs > SAME_SIGNAL_MS) force()
  }
  for (const signal of signals) process.on(signal, onSignal)
}
