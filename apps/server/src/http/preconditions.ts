import { E } from '#libs/kernel';
import type { InvalidRequest } from './http.failures.js';

const tag = '(?:W/)?"[\\x21\\x23-\\x7e\\x80-\\xff]*"';
const tagList = new RegExp(`^\\s*${tag}(?:\\s*,\\s*${tag})*\\s*$`, 'u');
const eachTag = new RegExp(tag, 'gu');

const invalid: InvalidRequest = {
  _tag: 'InvalidRequest',
  errors: [{ pointer: '', detail: 'If-Match: expected "*" or a list of entity tags, each in double quotes' }],
};

/**
 * The strong tags of `If-Match`, without their quotes; undefined when it sets no condition (absent, or `*`: what is
 * not there is `404` in any case). A weak tag never matches a strong one (RFC 9110 §8.8.3.2), so none is listed.
 */
export const ifMatch = (header: string | undefined): E.Either<InvalidRequest, ReadonlyArray<string> | undefined> => {
  if (header === undefined || header.trim() === '*') return E.right(undefined);
  if (!tagList.test(header)) return E.left(invalid);
  const tags = header.match(eachTag) ?? [];
  return E.right(tags.filter((text) => text.startsWith('"')).map((text) => text.slice(1, -1)));
};

/** Whether `If-None-Match` names this tag, by the weak comparison that a GET asks for (RFC 9110 §13.1.2). */
export const noneMatchNames = (header: string, etag: string): boolean =>
  header.trim() === '*' || (header.match(eachTag) ?? []).some((text) => text.replace(/^W\//u, '') === `"${etag}"`);
