import { isDatabase, servicesOf } from '../../project/surroundings/containers.ts'
import { passwordDiffers } from '../../project/surroundings/environment.ts'
import { type Cause, confirmed, contradicted, step, unconfirmed } from '../cause.ts'
import { refused, urlOf } from './pool-settings.ts'

export const passwordOfOldVolume: Cause = {
  id: 'connections/password-of-old-volume',
  title: 'The password of the service and that of the URL are not the same',
  matches: refused,
  examine({ project }) {
    const database = servicesOf(project).find(
      (one) => isDatabase(one) && one.environment.has('POSTGRES_PASSWORD'),
    )
    const url = urlOf(project)
    if (!database || !url)
      return contradicted('No compose file of the project sets the password of a database.')
    const password = database.environment.get('POSTGRES_PASSWORD') ?? ''
    const evidence = [
      step(database.location, `${database.name} sets POSTGRES_PASSWORD`),
      step(url.location, `${url.name} has a password of its own`),
    ]
    const renew = {
      what: `Postgres takes POSTGRES_PASSWORD when its volume is made, and never again. Change it inside, or make the volume anew (that deletes its rows).`,
      code: `docker compose exec ${database.name} psql -U postgres -c "ALTER USER postgres PASSWORD 'THE PASSWORD'"`,
    }
    if (!password.includes('$') && passwordDiffers(project, url, password))
      return confirmed(
        `The password in ${url.name} is another one than POSTGRES_PASSWORD of ${database.name}.`,
        evidence,
        [{ what: `Put the password of ${database.name} into ${url.name}.` }, renew],
      )
    return unconfirmed(
      'The two are the same, as far as they can be compared. The volume may be older than the password.',
      [renew],
      [],
      evidence,
    )
  },
  references: ['https://hub.docker.com/_/postgres'],
}
