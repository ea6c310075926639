/** Every transaction of governance. */

import { errors } from '@wadi/consensus/governance/errors'
import { methodBodies } from '@wadi/consensus/governance/methods'
import { type Methods, method } from '../kernel/method.ts'
import { castVote } from './transactions/castVote.ts'
import { submitProposal } from './transactions/submitProposal.ts'

const { invalidArgument } = errors

/** Methods by name. */
export const methods: Methods = {
  'governance.SubmitProposal': method(
    methodBodies['governance.SubmitProposal'],
    invalidArgument,
    submitProposal,
  ),
  'governance.CastVote': method(methodBodies['governance.CastVote'], invalidArgument, castVote),
}
