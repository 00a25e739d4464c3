/** What a policy says of models, put into what was read from the schema. */
import type { Policy } from '../../core/policy.ts'
import type { DataModel, Entity } from '../data-model.ts'

/**
 * Changes the data models in place: rows of shared models belong to nobody, and a model with a tenant's key belongs to that
 * tenant, also without a relation.
 */
export function applyToModels(dataModels: readonly DataModel[], policy: Policy): void {
  for (const dataModel of dataModels) {
    for (const { model } of policy.sharedModels) share(dataModel, dataModel.model(model))
    for (const { model, key } of policy.tenants)
      if (key !== undefined && dataModel.model(model))
        for (const entity of dataModel.models) own(entity, model, key)
  }
}

function share(dataModel: DataModel, entity: Entity | undefined): void {
  // Whoever is a person or an organization cannot be nobody's.
  if (!entity || entity.name === dataModel.user || entity.name === dataModel.tenant) return
  entity.role = 'global'
  delete entity.userPath
  delete entity.tenantPath
}

/** True for a model that holds the tenant's id in a column of its own. */
export const holdsKey = (entity: Entity, tenant: string, key: string): boolean =>
  entity.name !== tenant && entity.fields.some(({ name, relation }) => name === key && !relation)

function own(entity: Entity, tenant: string, key: string): void {
  if (entity.tenantPath !== undefined || !holdsKey(entity, tenant, key)) return
  entity.tenantPath = [key]
  if (entity.role === 'global') entity.role = 'owned'
}
