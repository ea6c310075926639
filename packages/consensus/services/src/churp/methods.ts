/** Every transaction of CHURP. */

import { methodBodies } from '@wadi/consensus/churp/methods'
import { errors } from '@wadi/consensus/consensus/errors'
import { type Methods, method } from '../kernel/method.ts'
import { apply } from './transactions/apply.ts'
import { confirm } from './transactions/confirm.ts'
import { create } from './transactions/create.ts'
import { update } from './transactions/update.ts'

// COMPAT(oasis-core): what cannot be decoded is refused with the code of the consensus layer.
const { invalidArgument } = errors

/** Methods by name. */
export const methods: Methods = {
  'keymanager/churp.Create': method(
    methodBodies['keymanager/churp.Create'],
    invalidArgument,
    create,
  ),
  'keymanager/churp.Update': method(
    methodBodies['keymanager/churp.Update'],
    invalidArgument,
    update,
  ),
  'keymanager/churp.Apply': method(methodBodies['keymanager/churp.Apply'], invalidArgument, apply),
  'keymanager/churp.Confirm': method(
    methodBodies['keymanager/churp.Confirm'],
    invalidArgument,
    confirm,
  ),
}
