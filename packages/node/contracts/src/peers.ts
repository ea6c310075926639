/** Between reactors, who know what to say, and the network, which knows how to say it. */

/** How messages of one kind travel. Channels share a connection by their priorities. */
export interface Channel {
  readonly id: number
  readonly priority: number
  /** Messages that wait to be sent, per peer; one more is not taken. */
  readonly sendQueueMax: number
  /** A peer that sends a longer message is a peer no more. */
  readonly messageBytesMax: number
  /** For metrics: what messages are called, by the number of their first field. */
  readonly messageTypes?: Readonly<Record<number, string>>
}

/** What a peer did wrong, and what comes of it. */
export interface Offence {
  /**
   * `slow` counts against the peer; `drop` ends the connection; `ban` also keeps it away for a
   * while: no honest program sends that.
   */
  readonly severity: 'slow' | 'drop' | 'ban'
  /** Constant, for logs and metrics. */
  readonly why: string
}

/** Somebody we are connected with. */
export interface Peer {
  /** Lowercase hex of the address of its key; authenticated. */
  readonly id: string
  readonly isOutbound: boolean
  readonly isPersistent: boolean
  /** The channels that it knows. */
  readonly channels: ReadonlySet<number>
  /** Queues a message; false if there is no room or no connection. Never waits. */
  send(channel: number, message: Uint8Array): boolean
  /** Is there room for a message? */
  canSend(channel: number): boolean
  /** Reports what it did wrong. The connection may end before this returns. */
  punish(offence: Offence): void
  /** Reports that it did something useful: it is then found again sooner. */
  praise?(): void
}

/** Talks with peers about one thing. None of its methods waits. */
export interface Reactor {
  readonly name: string
  readonly channels: readonly Channel[]
  addPeer(peer: Peer): void
  removePeer(peer: Peer): void
  /** A whole message. The bytes are the reactor's to keep. */
  receive(peer: Peer, channel: number, message: Uint8Array): void
  /** There is room again in a queue that was full. */
  drained?(peer: Peer, channel: number): void
}
