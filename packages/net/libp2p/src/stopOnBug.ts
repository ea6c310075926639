/** Faults of ours that surface where the library would swallow them. */

/** Throws where nobody catches: the process stops. */
export function stopOnBug(bug: unknown): void {
  queueMicrotask(() => {
    throw bug
  })
}
