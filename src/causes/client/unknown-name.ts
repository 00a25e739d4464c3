/** A name that the generated client does not know, and the model that it was used on. */
import type { ReadError } from '../../core/failure.ts'
import type { Entity, EntityField } from '../../project/data-model.ts'
import type { Scene } from '../cause.ts'

const patterns = [
  /Unknown (?:argument|field) `(\w+)`/,
  /['"](\w+)['"] does not exist in type ['"][^'"]*?(\w+?)(?:Create|Update|Where|Select|Include|OrderBy|Unchecked)/,
  /Property ['"](\w+)['"] does not exist on type ['"]/,
]

export function unknownName({ text }: ReadError): string | undefined {
  for (const pattern of patterns) {
    const name = pattern.exec(text)?.[1]
    if (name !== undefined) return name
  }
  return undefined
}

/** It is said by Prisma's client, or of one of its types. */
export const isUnknownName = (error: ReadError): boolean =>
  /Unknown (?:argument|field) `/.test(error.text) ||
  (unknownName(error) !== undefined &&
    /(?:Create|Update|Where|Select|Include|OrderBy)\w*(?:Input|Args)?\b|PrismaClient|Prisma__/.test(
      error.text,
    ))

/** The field of that name: of the model of the call, else of any model that the type names. */
export function fieldOf(scene: Scene, name: string): { model: Entity; field: EntityField } | undefined {
  const typed =
    /Prisma\.(\w+?)(?:Unchecked)?(?:Create|Update|Where|Select|Include|OrderBy)|Without\w+, (\w+?)(?:Unchecked)?(?:Create|Update)|['" <](\w+?)(?:Unchecked)?(?:Create|Update|Where|Select)\w*Input/.exec(
      scene.error.text,
    )
  const names = [scene.model?.name, typed?.[1], typed?.[2], typed?.[3]]
  for (const model of scene.project.dataModels.flatMap((one) => one.models)) {
    const field = names.includes(model.name) ? model.fields.find((one) => one.name === name) : undefined
    if (field) return { model, field }
  }
  return undefined
}
