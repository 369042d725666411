import type { Deny } from '#libs/authorization';
import { timestampOf } from '#libs/kernel';
import type { Scene } from './scene.js';
import { type Tell, why } from './why.js';
import { projectAdmins, whoMay } from './who-may.js';
import { capital, timeInWords } from './words.js';

const makeAnother = ({ key, names }: Scene): string =>
  key === undefined
    ? 'a new key has to be made'
    : `a new key has to be made; anyone with a place in ${names.project(key.projectId)} can make one`;

const itsPlace = ({ key, names }: Scene): string =>
  key === undefined ? 'another project' : names.project(key.projectId, true);

const endOf = ({ key }: Scene): string =>
  key !== undefined && Number.isFinite(key.expiresAt) ? ` on ${timeInWords(timestampOf(key.expiresAt))}` : '';

/** The key itself is no good, or is good elsewhere. */
export const keyReasons: Readonly<
  Record<
    Extract<
      Deny,
      | 'malformed-key'
      | 'unknown-key'
      | 'revoked-key'
      | 'superseded-key'
      | 'expired-key'
      | 'other-organization'
      | 'key-lacks-permission'
    >,
    Tell
  >
> = {
  'malformed-key': () =>
    why(
      'What was presented cannot be a key: it has the beginning of one, but was mistyped or cut short',
      'The key has to be presented exactly as it was shown when it was made',
    ),
  'unknown-key': ({ is }) =>
    why(
      `No such key ${is} known`,
      'Check the id of the key, and the moment asked about: a key is known from when it was made',
    ),
  'revoked-key': (scene) => why(`The key ${scene.has} been revoked, and that is for good`, capital(makeAnother(scene))),
  'superseded-key': ({ has, key }) =>
    key?.legacy === true
      ? why(`The legacy key ${has} been given a new secret`, 'The new secret has to be used')
      : why(
          `Another key ${has} taken its place, and the time for which both were good ${has} run out`,
          'The key that took its place has to be used, or a new one made',
        ),
  'expired-key': (scene) =>
    why(
      `The key ${scene.has} ended by itself${endOf(scene)}`,
      `An end that has passed cannot be moved, so ${makeAnother(scene)}`,
    ),
  'other-organization': (scene) =>
    why(
      `The key belongs to ${itsPlace(scene)}, and a key is good in its own project alone`,
      `A key of a project of ${scene.organization ?? 'that organization'} has to be used`,
    ),
  'key-lacks-permission': (scene) => {
    const may = whoMay(scene);
    return why(
      'An API key uses the resources of its project, and manages nothing',
      may === null ? null : `A person has to do it: ${may}`,
    );
  },
};

/** Where the key, or what is asked about, is of another project. */
export const otherProject: Tell = (scene) => {
  const { key, told, cited, names } = scene;
  const [registered] = cited.flatMap(({ event }) => (event.type === 'ResourceRegistered' ? [event.data] : []));
  const { projectId } = told.question.resource;
  // Who may not see the event is told of no more than that there is another project.
  const isTheResource = registered !== undefined || key === undefined || key.projectId === projectId;
  if (isTheResource)
    return why(
      `What was asked about belongs to ${registered === undefined ? 'another project' : names.project(registered.projectId, true)}, and not to the project named beside it`,
      'Ask about it in the project that it belongs to',
    );
  return why(
    `The key belongs to ${itsPlace(scene)}, and a key is good in its own project alone`,
    told.question.resource.type === 'organization'
      ? null
      : `A key of ${scene.project ?? 'that project'} has to be used: anyone with a place in it can make one, and ${projectAdmins(scene)} can give people a place`,
  );
};
