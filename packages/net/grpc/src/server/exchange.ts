/** One HTTP request and the answer to it, whichever version of HTTP carries them. */

/** Header fields by their names in lower case. */
export type Headers = Readonly<Record<string, string>>

/** Who calls. */
export interface Peer {
  readonly kind: 'unix' | 'tcp'
  /** The IP address; nothing for a path. */
  readonly address: string
  /** What the client has shown of itself in TLS, in DER; nobody has looked at it yet. */
  readonly certificate: Uint8Array | undefined
  /** Whose share it counts for; undefined where there are no shares. */
  readonly caller: string | undefined
}

/** What a request tells. */
export interface ExchangeEvents {
  received(piece: Uint8Array): void
  /** The request is whole. */
  ended(): void
  /** It is over, however that came: nothing can be answered any more. Told once. */
  closed(): void
}

/** See the top of this file. */
export interface Exchange {
  readonly method: string
  readonly path: string
  readonly peer: Peer
  /** Can header fields follow the answer? Browsers never see them. */
  readonly hasTrailers: boolean
  header(name: string): string | undefined
  /** From here on the events are told. */
  listen(events: ExchangeEvents): void
  /** Sends the head of the answer. */
  begin(status: number, headers: Headers): void
  /** Sends more of it; `written` is called when the client has room for it. */
  write(bytes: Uint8Array, written: () => void): void
  /** Sends the last of it, and what follows it where that is possible. */
  end(bytes: Uint8Array, trailers: Headers): void
  /** Answers with a head, and no more of the request is wanted. */
  refuse(status: number, headers: Headers): void
  /** Cuts it off. */
  reset(): void
}
