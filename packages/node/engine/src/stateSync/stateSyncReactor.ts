/** Gives peers the application's snapshots, and fetches one from them when a node begins. */

import { assert } from '@wadi/base/errors'
import type { Peer, Reactor } from '@wadi/contracts/peers'
import { encode } from '@wadi/protobuf/codec'
import { checkStateSyncMessage, StateSyncMessage } from '@wadi/tendermint/messages/stateSync'
import { peerMessage } from '../peerMessage.ts'
import { CHUNK_CHANNEL, SNAPSHOT_CHANNEL, stateSyncChannels } from './channels.ts'
import type { StateSyncParts, StateSyncRequest } from './contract.ts'
import { SnapshotServer } from './snapshotServer.ts'
import { StateSyncRun, type StateSyncVoice } from './stateSyncRun.ts'

const SNAPSHOTS_REQUEST = encode(StateSyncMessage, { kind: 'snapshots-request', body: {} })

/** See the top of this file. */
export class StateSyncReactor implements Reactor {
  readonly name = 'stateSync'
  readonly channels = stateSyncChannels
  readonly #parts: StateSyncParts
  readonly #server: SnapshotServer
  readonly #peers = new Map<string, Peer>()
  #run: StateSyncRun | undefined
  #isStopped = false

  constructor(parts: StateSyncParts) {
    this.#parts = parts
    this.#server = new SnapshotServer(parts)
  }

  /** Fetches the state of others. The application must not have begun the chain. */
  sync(request: StateSyncRequest): void {
    assert(this.#run === undefined, 'a node begins with one state')
    if (this.#isStopped) return
    const voice: StateSyncVoice = {
      askForSnapshots: () => {
        for (const peer of this.#peers.values()) peer.send(SNAPSHOT_CHANNEL, SNAPSHOTS_REQUEST)
      },
      askForChunk: (peer, { height, format }, index) => {
        const body = { height, format, index }
        const message = encode(StateSyncMessage, { kind: 'chunk-request', body })
        return this.#peers.get(peer)?.send(CHUNK_CHANNEL, message) ?? false
      },
      accuse: (peer) =>
        this.#peers
          .get(peer)
          ?.punish({ severity: 'drop', why: 'sent a chunk that is not of its snapshot' }),
      scold: (peer) =>
        this.#peers
          .get(peer)
          ?.punish({ severity: 'slow', why: 'sends no chunks of a snapshot that it offers' }),
    }
    this.#run = new StateSyncRun(this.#parts, request, voice)
    this.#run.start()
  }

  stop(): void {
    this.#isStopped = true
    this.#run?.stop()
    this.#server.stop()
  }

  addPeer(peer: Peer): void {
    this.#peers.set(peer.id, peer)
    if (this.#isSyncing()) peer.send(SNAPSHOT_CHANNEL, SNAPSHOTS_REQUEST)
  }

  removePeer(peer: Peer): void {
    if (this.#peers.get(peer.id) !== peer) return
    this.#peers.delete(peer.id)
    this.#server.forget(peer)
    if (this.#isSyncing()) this.#run?.removePeer(peer.id)
  }

  receive(peer: Peer, channel: number, bytes: Uint8Array): void {
    if (this.#isStopped || this.#peers.get(peer.id) !== peer) return
    const message = peerMessage(peer, StateSyncMessage, checkStateSyncMessage, bytes)
    if (message === undefined) return
    const isAboutChunks = message.kind === 'chunk' || message.kind === 'chunk-request'
    if (isAboutChunks !== (channel === CHUNK_CHANNEL)) {
      peer.punish({ severity: 'ban', why: 'speaks of snapshots on the wrong channel' })
      return
    }
    switch (message.kind) {
      case 'snapshots-request':
        this.#server.tellSnapshots(peer)
        break
      case 'chunk-request':
        this.#server.giveChunk(peer, message.body)
        break
      case 'snapshot':
        this.#run?.addSnapshot(peer.id, message.body)
        break
      case 'chunk':
        this.#takeChunk(peer, message.body)
        break
    }
  }

  drained(): void {
    this.#server.wake()
  }

  #isSyncing(): boolean {
    return this.#run?.isOver === false
  }

  #takeChunk(peer: Peer, body: (StateSyncMessage & { readonly kind: 'chunk' })['body']): void {
    if (!this.#isSyncing()) return
    const { index, chunk: chunkBytes, missing } = body
    if (missing) {
      this.#run?.missChunk(body, peer.id, index)
      return
    }
    const isWanted = this.#run?.addChunk(body, { index, bytes: chunkBytes, sender: peer.id })
    if (isWanted === false)
      peer.punish({ severity: 'slow', why: 'sent a chunk that nobody asked for' })
  }
}
