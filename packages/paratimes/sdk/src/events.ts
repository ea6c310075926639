/** What modules tell: tags by which transactions and blocks are found. */

import { compareBytes, concatBytes, toHex, toUtf8 } from '@wadi/base/bytes'
import { encodeRust, type Schema } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import type { RuntimeTag } from '@wadi/runtime-protocol/runtime'
import { value } from './codec.ts'

/** A kind of events. */
export interface EventKind<T> {
  readonly key: Uint8Array
  readonly body: Schema<T>
}

/** Declares a kind of events of a module. */
export function eventKind<T>(module: string, code: number, body: Schema<T>): EventKind<T> {
  const encodedCode = Uint8Array.of(code >>> 24, code >>> 16, code >>> 8, code)
  return { key: concatBytes(toUtf8(module), encodedCode), body }
}

interface Events {
  readonly key: Uint8Array
  readonly bodies: Uint8Array[]
}

/** What was told, by kind. */
export class EventLog {
  readonly #byKey = new Map<string, Events>()

  add<T>({ key, body }: EventKind<T>, content: T): void {
    this.#of(key).bodies.push(encodeRust(body, content))
  }

  /** Adds all that another log has, behind what is here. */
  addAll(other: EventLog): void {
    for (const { key, bodies } of other.#byKey.values()) this.#of(key).bodies.push(...bodies)
  }

  clear(): void {
    this.#byKey.clear()
  }

  /** A tag for each kind, in the order of their keys: the events as a list. */
  toTags(): readonly RuntimeTag[] {
    const all = [...this.#byKey.values()].sort((a, b) => compareBytes(a.key, b.key))
    return all.map(({ key, bodies }) => ({ key, value: encodeRust(Bodies, bodies) }))
  }

  #of(key: Uint8Array): Events {
    const text = toHex(key)
    const known = this.#byKey.get(text) ?? { key, bodies: [] }
    this.#byKey.set(text, known)
    return known
  }
}

const Bodies = list(value)
