/** What a transaction would use: it is run here, on a proved state, by the rules of the network. */

import { BugError } from '@wadi/base/errors'
import type { GasQuery } from '@wadi/consensus/consensus/api'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import { Application } from '@wadi/consensus-services/application'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import type { ApiView } from '@wadi/consensus-services/kernel/api'
import { services } from '@wadi/consensus-services/services'
import type { Gas } from '@wadi/primitives/transaction'

/** See the top of this file. */
export class GasEstimates {
  #terms: ReturnType<typeof chainTermsOf> | undefined

  /** What a transaction would use in the block after the one that is looked at. */
  of(view: ApiView, { signer, transaction }: GasQuery): Gas {
    if (transaction === undefined) throw consensusErrors.invalidArgument()
    this.#terms ??= chainTermsOf(view.genesis)
    const store = {
      tree: view.tree,
      commit: () => {
        throw new BugError('a light client commits nothing')
      },
    }
    const application = new Application({ chain: this.#terms, services, store })
    return application.estimateGas(signer, transaction)
  }
}
