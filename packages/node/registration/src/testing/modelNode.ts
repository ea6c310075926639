/**
 * A node as the machine sees it, with a registry in which its registration expires, and an
 * operator. It checks with every step what must never happen.
 */

import assert from 'node:assert/strict'
import type { Epoch } from '@wadi/primitives/epoch'
import { EXPIRATION_EPOCHS } from '../limits.ts'
import {
  beginRegistration,
  type Outcome,
  type RegistrationEffect,
  type RegistrationInput,
  type RegistrationState,
  stepRegistration,
} from '../step.ts'

/** See the top of this file. */
export class ModelNode {
  state: RegistrationState
  /** What survives a restart. */
  isLeavingOnDisk = false
  /** Up to which epoch the registry has the node; undefined if it never had it. */
  expiration: Epoch | undefined
  epoch: Epoch = 0n
  height = 0n
  /** For which epochs the node was registered, in order. */
  readonly registered: Epoch[] = []
  /** Did the operator ask for the end that came last? */
  wasAsked = false
  ends = 0
  running: Epoch | undefined
  hasTimer = false
  isLooking = false
  isSynced = false
  #areRolesReady = false
  readonly #hasOwner: boolean

  constructor(hasOwner: boolean) {
    this.#hasOwner = hasOwner
    this.state = this.#begin()
  }

  get isRegistered(): boolean {
    return this.expiration !== undefined && this.expiration >= this.epoch
  }

  /** The process ends, and another one begins. What was on its way may still get into a block. */
  restart(isLastAttemptGood: boolean): void {
    if (this.running !== undefined && isLastAttemptGood) this.#register(this.running)
    this.running = undefined
    this.hasTimer = false
    this.isLooking = false
    this.isSynced = false
    this.#areRolesReady = false
    this.state = this.#begin()
    this.tell({ kind: 'started' })
  }

  sync(): void {
    this.isSynced = true
    this.tell({ kind: 'synced' })
  }

  /** An epoch begins with the next block, in which registering is due after so many more. */
  beginEpoch(delay: bigint | undefined): void {
    this.epoch++
    this.height++
    const dueHeight = delay === undefined ? undefined : this.height + delay
    if (this.isSynced) this.tell({ kind: 'epoch', epoch: this.epoch, dueHeight })
    this.#tellBlock()
  }

  passBlock(): void {
    this.height++
    this.#tellBlock()
  }

  setRoles(areReady: boolean): void {
    this.#areRolesReady = areReady
    this.tell({ kind: 'roles', areReady })
  }

  endAttempt(outcome: Outcome): void {
    const { running } = this
    if (running === undefined) return
    this.running = undefined
    if (outcome === 'registered') this.#register(running)
    this.tell({ kind: 'attempted', outcome })
  }

  fireTimer(): void {
    if (!this.hasTimer) return
    this.hasTimer = false
    this.tell({ kind: 'timer' })
  }

  leave(): void {
    this.wasAsked = true
    this.tell({ kind: 'leave' })
  }

  answerLook(): void {
    if (!this.isLooking) return
    this.isLooking = false
    this.tell({ kind: 'looked', isRegistered: this.isRegistered })
  }

  tell(input: RegistrationInput): void {
    const { state, effects } = stepRegistration(this.state, input)
    this.state = state
    for (const effect of effects) this.#act(effect)
    assert.equal(state.attempt === 'running', this.running !== undefined)
    assert.equal(state.attempt === 'postponed', this.hasTimer)
    assert.equal(state.isLooking, this.isLooking)
  }

  #begin(): RegistrationState {
    return beginRegistration({ hasOwner: this.#hasOwner, isLeaving: this.isLeavingOnDisk })
  }

  #tellBlock(): void {
    if (this.isSynced || this.isLeavingOnDisk) this.tell({ kind: 'block', height: this.height })
  }

  #register(epoch: Epoch): void {
    this.registered.push(epoch)
    const expiration = epoch + EXPIRATION_EPOCHS
    if (this.expiration === undefined || expiration > this.expiration) this.expiration = expiration
  }

  #act(effect: RegistrationEffect): void {
    switch (effect.kind) {
      case 'register':
        assert.ok(this.#hasOwner && this.isSynced && this.#areRolesReady, 'too early')
        assert.ok(!this.isLeavingOnDisk, 'it wants to leave')
        assert.equal(this.running, undefined, 'two at a time')
        assert.equal(effect.epoch, this.epoch)
        this.running = effect.epoch
        break
      case 'set-timer':
        assert.ok(!this.hasTimer)
        this.hasTimer = true
        break
      case 'cancel-timer':
        assert.ok(this.hasTimer)
        this.hasTimer = false
        break
      case 'remember-leaving':
        this.isLeavingOnDisk = true
        break
      case 'forget-leaving':
        this.isLeavingOnDisk = false
        break
      case 'look':
        assert.ok(!this.isLooking && this.isLeavingOnDisk)
        this.isLooking = true
        break
      case 'end':
        this.#end()
    }
  }

  #end(): void {
    assert.ok(this.wasAsked, 'nobody wanted it to end')
    assert.ok(!this.isRegistered || !this.#hasOwner, 'it is still registered')
    assert.equal(this.running, undefined, 'it may be registered again')
    assert.ok(!this.isLeavingOnDisk, 'it would end again after a start')
    this.ends++
  }
}
