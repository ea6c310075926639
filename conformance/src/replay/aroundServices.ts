/** Services of which every call is seen from outside. */

import type { Method } from '@wadi/consensus-services/kernel/method'
import type { Service } from '@wadi/consensus-services/kernel/service'

type Subscriptions = NonNullable<Service['subscriptions']>

/** A call of a service: by the application, or by another service that asks or tells something. */
export interface ServiceCall {
  readonly service: string
  readonly kind: 'initChain' | 'beginBlock' | 'method' | 'question' | 'endBlock'
  /** Of the method or the question; else the same as the kind. */
  readonly name: string
}

/** Makes a call, and does something before or afterwards. */
export type Around = <T>(call: ServiceCall, run: () => T) => T

/** Services are named for their order, `100_staking`: people leave the number out. */
export function plainName(name: string): string {
  return name.replace(/^\d+_/, '')
}

/** The same services; `around` makes their calls. */
export function aroundServices(services: readonly Service[], around: Around): readonly Service[] {
  return services.map((service): Service => {
    const name = plainName(service.name)
    const { methods, subscriptions, initChain, beginBlock, endBlock } = service
    const phase = (kind: 'initChain' | 'beginBlock' | 'endBlock') => ({
      service: name,
      kind,
      name: kind,
    })
    const calls = [phase('initChain'), phase('beginBlock'), phase('endBlock')] as const
    return {
      ...service,
      methods: methodsAround(name, methods, around),
      ...(subscriptions && { subscriptions: subscriptionsAround(name, subscriptions, around) }),
      ...(initChain && {
        initChain: (ctx, request) => around(calls[0], () => initChain(ctx, request)),
      }),
      ...(beginBlock && { beginBlock: (ctx) => around(calls[1], () => beginBlock(ctx)) }),
      ...(endBlock && { endBlock: (ctx) => around(calls[2], () => endBlock(ctx)) }),
    }
  })
}

function methodsAround(
  service: string,
  methods: Service['methods'],
  around: Around,
): Service['methods'] {
  const wrap = (name: string, method: Method): Method => {
    const call = { service, kind: 'method', name } as const
    return { ...method, run: (ctx, body) => around(call, () => method.run(ctx, body)) }
  }
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [name, wrap(name, method)]),
  )
}

function subscriptionsAround(
  service: string,
  subscriptions: Subscriptions,
  around: Around,
): Subscriptions {
  const wrap = (name: string, answer: (...question: readonly unknown[]) => unknown) => {
    const call = { service, kind: 'question', name } as const
    return (...question: readonly unknown[]) => around(call, () => answer(...question))
  }
  const entries = Object.entries(subscriptions as Record<string, () => unknown>)
  return Object.fromEntries(
    entries.map(([name, answer]) => [name, wrap(name, answer)]),
  ) as Subscriptions
}
