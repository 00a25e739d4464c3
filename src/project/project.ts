import type { DataModel } from './data-model.ts'

export interface Project {
  dataModels: DataModel[]
}
