/** `npm start`: says in words what the house can do. */

import { claims } from '../status/claims.ts'
import { readTest } from '../status/readTest.ts'
import { formatLines } from '../status/state.ts'

console.log(`Wadi: the Oasis Network in TypeScript.

There is no network to start in this version: no node drives it yet. It has the state machine of the
consensus layer, and what that stands on:

${formatLines(claims, readTest)}

"works" means: the tests named in README.md are there, and "npm test" runs them.

  npm test                 install what is missing and run everything
  npm run check            the fast part, for every save
  npm run -s bench         measure against other implementations
  npm run -s replay -- <recorded chain>  run every block and compare everything with the recording
  npm run -s roots -- <recorded chain>   apply the recorded changes and compare every state root`)
