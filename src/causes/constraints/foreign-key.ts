/** A foreign key was broken: of which model, and which way round. */
import type { ReadError } from '../../core/failure.ts'
import type { Entity, EntityRelation } from '../../project/data-model.ts'
import type { Scene } from '../cause.ts'

export const isForeignKey = ({ codes, text }: ReadError): boolean =>
  codes.includes('P2003') ||
  codes.includes('23503') ||
  codes.includes('23001') ||
  /violates foreign key constraint|Foreign key constraint (?:failed|violated)/.test(text)

export interface ForeignKey {
  /** The model that holds the key, and its relation. */
  child: Entity
  relation: EntityRelation
  parent: string
}

/** By the name of the constraint: `Order_userId_fkey`. */
export function foreignKey({ project, error }: Scene): ForeignKey | undefined {
  const name = /(?:constraint|field)[:`"\s]+\\?["`]?(\w+_fkey\w*)|index: '(\w+)'|constraint \\?"(\w+)/.exec(
    error.text,
  )
  const constraint = name?.[1] ?? name?.[2] ?? name?.[3]
  for (const child of project.dataModels.flatMap((one) => one.models))
    for (const relation of child.relations) {
      if (relation.keys.length === 0) continue
      const columns = relation.keys.map((key) => child.fields.find((one) => one.name === key)?.column ?? key)
      if (`${child.table}_${columns.join('_')}_fkey` === constraint)
        return { child, relation, parent: relation.model }
    }
  return undefined
}
