/**
 * Are the certificates there that docker-compose.yml mounts, and are they good? Every fault on a line of its own, and an exit
 * status of 1, so that no server starts on half of them. `node deploy/check-certificates.mjs [directory]`, as root.
 */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DAY = 86_400_000;
/** Days before the end at which it begins to say so. */
const SOON = 30;

const directory = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), 'certificates');
/** As deploy/certificates.sh has it: who must be able to read the key, and nobody else. */
const servers = [
  ...[1, 2, 3].map((n) => ({ name: `eventstoredb-${n}`, file: 'node', owner: 1000 })),
  { name: 'postgres', file: 'server', owner: 999 },
];
const ownersAreKept = process.env.KEEP_OWNER !== undefined && process.env.KEEP_OWNER !== '';

const faults = [];
const warnings = [];

const read = (...path) => {
  try {
    return readFileSync(join(directory, ...path));
  } catch (error) {
    faults.push(`${path.join('/')} cannot be read (${error.code})`);
    return undefined;
  }
};

const certificate = (...path) => {
  const text = read(...path);
  if (text === undefined) return undefined;
  try {
    const found = new X509Certificate(text);
    const left = Math.floor((Date.parse(found.validTo) - Date.now()) / DAY);
    if (Date.parse(found.validFrom) > Date.now())
      faults.push(`${path.join('/')} is not valid before ${found.validFrom}`);
    if (left < 0) faults.push(`${path.join('/')} ended on ${found.validTo}`);
    else if (left < SOON) warnings.push(`${path.join('/')} ends in ${left} days`);
    return found;
  } catch {
    faults.push(`${path.join('/')} is not a certificate`);
    return undefined;
  }
};

const checkKey = (name, file, owner, issued) => {
  const path = `${name}/${file}.key`;
  const text = read(name, `${file}.key`);
  if (text === undefined) return;
  const { mode, uid } = statSync(join(directory, path));
  if ((mode & 0o077) !== 0) faults.push(`${path} may be read by others: chmod 600`);
  if (uid !== owner && !ownersAreKept)
    faults.push(`${path} belongs to user ${uid}, and its container runs as ${owner}`);
  try {
    if (issued !== undefined && !issued.checkPrivateKey(createPrivateKey(text)))
      faults.push(`${path} is not the key of ${file}.crt`);
  } catch {
    faults.push(`${path} is not a private key`);
  }
};

const authority = certificate('ca', 'ca.crt');
if (authority !== undefined && !authority.ca) faults.push('ca/ca.crt is not an authority');
const others = authority === undefined ? [] : readdirSync(join(directory, 'ca')).filter((name) => name !== 'ca.crt');
if (others.length > 0) faults.push(`ca/ has more than ca.crt, and EventStoreDB would trust it: ${others.join(', ')}`);

for (const { name, file, owner } of servers) {
  const issued = certificate(name, `${file}.crt`);
  checkKey(name, file, owner, issued);
  if (issued === undefined || authority === undefined) continue;
  if (!issued.checkIssued(authority) || !issued.verify(authority.publicKey))
    faults.push(`${name}/${file}.crt was not issued by ca/ca.crt`);
  if (issued.checkHost(name) === undefined) faults.push(`${name}/${file}.crt is not for ${name}`);
}

for (const warning of warnings) console.error(`soon: ${warning}. Renew: sudo deploy/certificates.sh renew`);
for (const fault of faults) console.error(`fault: ${fault}`);
if (faults.length > 0) {
  console.error('Without certificates: sudo deploy/certificates.sh make');
  process.exitCode = 1;
} else console.log('The certificates are there, and good.');
