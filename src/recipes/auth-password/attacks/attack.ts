import { Inconclusive, NotApplicable, Scene } from './scene.ts'
import type { Attack } from './target.ts'

/** An attack from its play. What `play` gives is why it was withstood, unless something did not hold. */
export function attack(
  id: string,
  title: string,
  requirements: string[],
  play: (scene: Scene) => Promise<string>,
): Attack {
  return {
    id,
    title,
    requirements,
    async run(target) {
      const scene = new Scene(target)
      try {
        await scene.calm()
        return scene.finish(await play(scene))
      } catch (error) {
        if (error instanceof NotApplicable) return scene.without('not applicable', error.message)
        if (!(error instanceof Inconclusive)) throw error
        return scene.failures.length > 0 ? scene.finish('') : scene.without('inconclusive', error.message)
      }
    },
  }
}
