import type { NewFile } from '../../../core/change.ts'
import type { Package } from '../../../core/recipe.ts'
import type { Target } from '../target.ts'

export interface Tests {
  files: NewFile[]
  packages: Package[]
  scripts: Record<string, string>
}

export function testsOf(_target: Target, _read: (file: string) => string | undefined): Tests {
  return { files: [], packages: [], scripts: {} }
}
