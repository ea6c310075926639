import { CodedError } from '@wadi/base/errors'

/** A node that was asked refuses: the question could be read, and the answer is no. */
export class NodeRefusal extends CodedError {}
