export { UserError } from './core/error.ts'
export type { Fault, Tag } from './core/fault.ts'
export type { Certainty, Draft, Evidence, Finding, Location, Severity, Step } from './core/finding.ts'
export type {
  Convention,
  Endpoint,
  EndpointKind,
  Guard,
  GuardLevel,
  Model,
  ModelField,
  ProjectMap,
  Query,
} from './core/map.ts'
export type { Context, Operation } from './core/operation.ts'
export type { Coverage, Explanation, Problem, Report } from './core/report.ts'
export { operations } from './operations/index.ts'
