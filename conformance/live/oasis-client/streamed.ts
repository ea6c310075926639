/** What a stream of the client tells. */

/** A stream as the client hands it out. */
export interface ClientStream<T> {
  on(event: 'error', told: (error: StreamError) => void): unknown
  on(event: 'data', told: (item: T) => void): unknown
  on(event: 'end', told: () => void): unknown
  cancel(): void
}

interface StreamError {
  readonly code: number
  readonly message: string
}

/** Reads until it is enough, then leaves. */
export function takeUntil<T>(
  stream: ClientStream<T>,
  isEnough: (items: readonly T[]) => boolean,
): Promise<readonly T[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly T[]>()
  const items: T[] = []
  stream.on('error', ({ code, message }) => reject(new Error(`stream: ${message} (${code})`)))
  stream.on('end', () => reject(new Error(`the stream ended after ${items.length} items`)))
  stream.on('data', (item) => {
    items.push(item)
    if (isEnough(items)) resolve(items)
  })
  const taken = promise.finally(() => stream.cancel())
  // Whoever waits for something else first, and fails there, does not come back for this.
  taken.catch(() => undefined)
  return taken
}

/** The first thing that a stream tells, its end included. */
export function firstOf(stream: ClientStream<unknown>): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  stream.on('error', ({ code, message }) => resolve({ code, message }))
  stream.on('data', (item) => resolve({ item }))
  stream.on('end', () => resolve({ isOver: true }))
  return promise
}
