import type { Access, Event } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { proveOpen } from '../../../proof/foreign.ts'
import { inconclusive, type Prover } from '../../../proof/prover.ts'
import { sitesOf } from '../../../proof/sites.ts'

const isAccess = (event: Event): event is Access => event.k === 'access'

const prove: Prover = async (bench, claim) => {
  const [site] = sitesOf(bench.project, claim, isAccess)
  if (!site) return inconclusive('no endpoint that can be called reaches this line')
  const { template, event } = site
  const writes = event ? isWrite(event.operation) : template.endpoint.writes.length > 0
  return proveOpen(bench, { template, about: event?.model, writes, at: event?.location })
}

export default prove
