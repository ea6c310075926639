/** Every transaction of the registry. */

import { raw } from '@wadi/cbor/scalars'
import { errors } from '@wadi/consensus/registry/errors'
import { methodBodies } from '@wadi/consensus/registry/methods'
import { type Methods, method } from '../kernel/method.ts'
import { deregisterEntity } from './transactions/deregisterEntity.ts'
import { proveFreshness } from './transactions/proveFreshness.ts'
import { registerEntity } from './transactions/registerEntity.ts'
import { registerNode } from './transactions/registerNode.ts'
import { registerRuntime } from './transactions/registerRuntime.ts'
import { unfreezeNode } from './transactions/unfreezeNode.ts'

const { invalidArgument } = errors

/** Methods by name. */
export const methods: Methods = {
  'registry.RegisterEntity': method(
    methodBodies['registry.RegisterEntity'],
    invalidArgument,
    registerEntity,
  ),
  // COMPAT(oasis-core): whatever the body is, nobody looks at it.
  'registry.DeregisterEntity': {
    body: raw,
    run: (ctx) => deregisterEntity(ctx),
  },
  'registry.RegisterNode': method(
    methodBodies['registry.RegisterNode'],
    invalidArgument,
    registerNode,
  ),
  'registry.UnfreezeNode': method(
    methodBodies['registry.UnfreezeNode'],
    invalidArgument,
    unfreezeNode,
  ),
  'registry.RegisterRuntime': method(
    methodBodies['registry.RegisterRuntime'],
    invalidArgument,
    registerRuntime,
  ),
  'registry.ProveFreshness': method(
    methodBodies['registry.ProveFreshness'],
    invalidArgument,
    proveFreshness,
  ),
}
