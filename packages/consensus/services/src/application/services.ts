/** Every service of the consensus layer. The application puts them into order by their names. */

import type { Service } from '../kernel/service.ts'

export const services: readonly Service[] = []
