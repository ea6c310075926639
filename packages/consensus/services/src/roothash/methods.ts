/** Every transaction of roothash. */

import { errors } from '@wadi/consensus/roothash/errors'
import { methodBodies } from '@wadi/consensus/roothash/methods'
import { type Methods, method } from '../kernel/method.ts'
import { evidence } from './transactions/evidence.ts'
import { executorCommit } from './transactions/executorCommit.ts'
import { submitMsg } from './transactions/submitMsg.ts'

const { invalidArgument } = errors

/** Methods by name. */
export const methods: Methods = {
  'roothash.ExecutorCommit': method(
    methodBodies['roothash.ExecutorCommit'],
    invalidArgument,
    executorCommit,
  ),
  'roothash.Evidence': method(methodBodies['roothash.Evidence'], invalidArgument, evidence),
  'roothash.SubmitMsg': method(methodBodies['roothash.SubmitMsg'], invalidArgument, submitMsg),
}
