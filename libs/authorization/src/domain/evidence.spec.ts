import { it } from '@jest/globals';
import fc from 'fast-check';
import { millisOf } from '#libs/kernel';
import { ask, credential, foldOf, inOrganization, inProject, timeOf, user, type World, anyWorld, people, projects, organizations, keys, type Happening } from '../testing/index.js';
import type { Decision } from './question.js';

const background = new Set(['AccountRegistered', 'OrganizationCreated', 'ProjectCreated', 'DefaultProjectCreated']);

it('explore', () => {
  const seen = new Map<string, { n: number; eg: string }>();
  const note = (key: string, eg: () => string) => {
    const found = seen.get(key);
    if (found) found.n++;
    else seen.set(key, { n: 1, eg: eg() });
  };
  let total = 0;
  fc.assert(
    fc.property(anyWorld, fc.nat({max: 20}), (w, later) => {
      const now = millisOf(timeOf(w.position + BigInt(later)));
      const questions = [
        ...['organization:read','organization:update','legacy-key:read','legacy-key:revoke','project:read','project:update','project:join','project:leave','project:allow-external','project:change-visibility','file:create','gpu-cluster:create'].flatMap((action) => people.flatMap((p) => [
          ...projects.map((x) => [user(p), { action, resource: inProject(x) }] as const),
          ...organizations.map((x) => [user(p), { action, resource: inOrganization(x) }] as const)])),
        ...keys.map((k) => [credential(k), { action: 'file:create', resource: { type: 'file' } }] as const),
      ];
      for (const [subject, asked] of questions) {
        const answer = (log: ReadonlyArray<Happening>) => ask(foldOf(log), subject, asked, { now });
        const d = ask(w.live, subject, asked, { now });
        if (d.evidence.length === 0 && !d.decision && w.position % 4n === 0n) {
          const before = w.log.findLast((h) => answer(w.log.filter((x) => x.position <= h.position)).decision);
          if (before) { const took = w.log[Number(before.position)]; note(`E ${d.reason} taken by ${took?.event.type}`, () => `${JSON.stringify(subject)} ${asked.action} ${JSON.stringify(asked.resource)} allowed until ${before.position}`); }
        }
        if (d.evidence.length === 0) continue;
        total++;
        const cited = new Set(d.evidence.map(({ position }) => position));
        const hist = (label: string) => () => `${JSON.stringify(subject)} ${asked.action} ${JSON.stringify(asked.resource)} ${label}\n   ` + w.log.filter((h) => !background.has(h.event.type)).map((h) => `${h.position}:${h.event.type}(${h.id} ${(h.event.data as {role?: string}).role ?? ''})`).join(' ');
        const types = d.evidence.map((e) => `${e.type}`).join(',');
        const special = ['project:join', 'project:leave', 'project:change-visibility'].includes(asked.action) ? asked.action : '';
        if (d.decision) {
          const given = w.log.filter((h) => cited.has(h.position) || background.has(h.event.type));
          const again = answer(given);
          if (again.reason !== d.reason) note(`A ${d.reason} [${types}] ${special} -> ${again.reason}`, hist(String([...cited])));
          for (const c of cited) {
            const less = answer(given.filter((h) => h.position !== c));
            if (less.reason === d.reason) note(`B ${d.reason} [${types}] ${special} spare ${w.log[Number(c) - 1]?.event.type}`, hist(String([...cited])));
          }
        } else {
          for (const c of cited) {
            const without = answer(w.log.filter((h) => h.position < c));
            if (without.reason === d.reason) note(`C ${d.reason} by ${w.log[Number(c) - 1]?.event.type} -> still (${without.evidence.map((e) => e.type).join()})`, hist(String([...cited])));
          }
        }
      }
    }),
    { numRuns: 400, seed: 7 },
  );
  console.log(total, [...seen].map(([k, { n, eg }]) => `${n} ${k}${process.env.EG ? '\n   e.g. '+eg : ''}`).sort().join('\n'));
});
