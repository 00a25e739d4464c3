import type { Access, Event } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { proveForeign } from '../../../proof/foreign.ts'
import { inconclusive, type Prover } from '../../../proof/prover.ts'
import { sitesOf } from '../../../proof/sites.ts'

const isAccess = (event: Event): event is Access => event.k === 'access'

const prove: Prover = async (bench, claim) => {
  const [site] = sitesOf(bench.project, claim, isAccess)
  if (!site) return inconclusive('no endpoint that can be called reaches this line')
  const { template, event } = site
  return proveForeign(bench, {
    template,
    about: event?.model,
    writes: event ? isWrite(event.operation) : template.endpoint.writes.length > 0,
    at: event?.location,
  })
}

export default prove
