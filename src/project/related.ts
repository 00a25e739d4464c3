/** The models that one Prisma call reaches besides its own: through `include`, `select` and nested writes. */
import type { Entity } from './data-model.ts'
import type { Access } from './flow/events.ts'
import { isWrite } from './flow/prisma.ts'
import { type Value, visibleFields } from './flow/value.ts'

const DEPTH = 5
/** Nested operations that change rows of the other model: https://www.prisma.io/docs/orm/prisma-client/queries/relation-queries#nested-writes */
const NESTED =
  /^(create|createMany|connectOrCreate|update|updateMany|upsert|delete|deleteMany|set|connect|disconnect)$/

export interface Reached {
  reads: string[]
  writes: string[]
}

export function reachedModels(access: Access, entity: (model: string) => Entity | undefined): Reached {
  const reads = new Set<string>()
  const writes = new Set<string>()
  ;(isWrite(access.operation) ? writes : reads).add(access.model)
  const relations = (model: string, of: Value | undefined, visit: (target: string, inner: Value) => void) => {
    for (const [field, inner] of visibleFields(of)) {
      const target = entity(model)?.relations.find((one) => one.field === field)
      if (target) visit(target.model, inner)
    }
  }
  const read = (model: string, args: Value | undefined, depth: number): void => {
    const parts = visibleFields(args)
    for (const part of [parts.get('include'), parts.get('select')])
      relations(model, part, (target, inner) => {
        if (inner.shape?.k === 'literal' && inner.shape.value === false) return
        reads.add(target)
        if (depth > 0) read(target, inner, depth - 1)
      })
  }
  const write = (model: string, data: Value | undefined, depth: number): void =>
    relations(model, data, (target, inner) => {
      for (const [operation, nested] of visibleFields(inner)) {
        if (!NESTED.test(operation)) continue
        writes.add(target)
        const parts = visibleFields(nested)
        for (const part of [nested, parts.get('data'), parts.get('create'), parts.get('update')])
          if (depth > 0) write(target, part, depth - 1)
      }
    })
  const args = visibleFields(access.args)
  read(access.model, access.args, DEPTH)
  for (const part of ['data', 'create', 'update']) write(access.model, args.get(part), DEPTH)
  return { reads: [...reads], writes: [...writes] }
}
