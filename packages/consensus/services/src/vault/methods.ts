/** Every transaction of the vault. */

import { errors } from '@wadi/consensus/vault/errors'
import { methodBodies } from '@wadi/consensus/vault/methods'
import { type Methods, method } from '../kernel/method.ts'
import { authorizeAction } from './transactions/authorizeAction.ts'
import { cancelAction } from './transactions/cancelAction.ts'
import { create } from './transactions/create.ts'

const { invalidArgument } = errors

/** Methods by name. */
export const methods: Methods = {
  'vault.Create': method(methodBodies['vault.Create'], invalidArgument, create),
  'vault.AuthorizeAction': method(
    methodBodies['vault.AuthorizeAction'],
    invalidArgument,
    authorizeAction,
  ),
  'vault.CancelAction': method(methodBodies['vault.CancelAction'], invalidArgument, cancelAction),
}
