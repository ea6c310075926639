/** Hears of calls, to count them. The same for servers and clients. */
export interface CallObserver {
  /** `call` is the path of the method. */
  begun(call: string): void
  ended(call: string, code: number, ms: number): void
  /** A message of a stream was sent, or received where the client observes. */
  streamed(call: string): void
}

export const NO_OBSERVER: CallObserver = {
  begun: () => undefined,
  ended: () => undefined,
  streamed: () => undefined,
}
