import { poolOf } from '../../project/surroundings/clients.ts'
import { majorVersion } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { urlOf } from './pool-settings.ts'

export const certificateUnknown: Cause = {
  id: 'connections/certificate-unknown',
  title: 'The certificate of the database is signed by an authority that Node.js does not know',
  matches: (error) =>
    (hasCode('P1011', 'P1010')(error) || /@prisma\/|\/pg(?:-pool)?\//.test(error.text)) &&
    /self-signed certificate|unable to (?:verify|get local issuer)|SELF_SIGNED/.test(error.text),
  examine({ project }) {
    const pool = poolOf(project)
    const url = urlOf(project)
    const major = majorVersion(project, '@prisma/client')
    const cure = [
      {
        what: 'Give Node.js the certificate of the authority (your host offers it for download); do not switch the check off.',
        code: `new PrismaPg({\n  connectionString: process.env.${pool?.variable ?? 'DATABASE_URL'}, // without sslmode: it would take the place of ssl\n  ssl: { ca: readFileSync(process.env.DATABASE_CA_FILE ?? '', 'utf8') },\n})`,
      },
      {
        what: 'Or for the whole process, without a change of code.',
        code: 'NODE_EXTRA_CA_CERTS=/etc/ssl/database-ca.pem npm start',
      },
    ]
    if (major !== undefined && major >= 7 && !pool?.keys.includes('ssl'))
      return confirmed(
        'Prisma 7 connects through node-postgres, which checks certificates; engines before did not with sslmode=require. No `ca` is given.',
        [
          ...(pool?.location ? [step(pool.location, 'the adapter has no `ssl`')] : []),
          ...(url?.url.parameters.has('sslmode')
            ? [step(url.location, `${url.name} has sslmode=${url.url.parameters.get('sslmode')}`)]
            : []),
        ],
        cure,
      )
    return unconfirmed('Which authority signed it is not written in the project.', cure, [
      '`openssl s_client -starttls postgres -connect HOST:5432 -showcerts`',
    ])
  },
  references: ['https://www.prisma.io/docs/orm/more/upgrade-guides/upgrading-versions/upgrading-to-prisma-7'],
}
