/** Every transaction of the key manager's secrets part. */

import { errors } from '@wadi/consensus/keymanager/errors'
import { methodBodies } from '@wadi/consensus/keymanager/methods'
import { type Methods, method } from '../kernel/method.ts'
import { publishEphemeralSecret } from './transactions/publishEphemeralSecret.ts'
import { publishMasterSecret } from './transactions/publishMasterSecret.ts'
import { updatePolicy } from './transactions/updatePolicy.ts'

const { invalidArgument } = errors

/** Methods by name. */
export const methods: Methods = {
  'keymanager.UpdatePolicy': method(
    methodBodies['keymanager.UpdatePolicy'],
    invalidArgument,
    updatePolicy,
  ),
  'keymanager.PublishMasterSecret': method(
    methodBodies['keymanager.PublishMasterSecret'],
    invalidArgument,
    publishMasterSecret,
  ),
  'keymanager.PublishEphemeralSecret': method(
    methodBodies['keymanager.PublishEphemeralSecret'],
    invalidArgument,
    publishEphemeralSecret,
  ),
}
