/** What stops a node, or keeps it from starting or voting. */

import { definePlainErrors } from '@wadi/base/errors'

export const errors = definePlainErrors('engine', {
  badDecision: 'a block was decided that the rules forbid: more than a third of the power lies',
  oddParts: 'the block is not in the parts that it is cut into: who fetches it could not check it',
  otherDecision: 'others decided another block than this node has applied: one of them is damaged',
  noVoters: 'the application needs to know who voted, and that is damaged: sync it from others',
  noResponses: 'the application has a block whose answers are lost: sync it from others',
  applicationAhead: 'the application has a block that is lost here: restore both from one copy',
  applicationBehind: 'the application needs blocks that are here no more: sync it from others',
  otherAppHash: 'the application and the chain disagree about the state',
  stateLost:
    'the state of the chain is damaged, and what it was made of, too: sync it from others into ' +
    'an empty folder, and keep the file of the signer',
  stateAhead:
    'blocks are lost that the application has yet to run: restore all three from one copy',
})
