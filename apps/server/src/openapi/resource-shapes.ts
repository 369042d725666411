import * as t from 'io-ts';
import { kinds } from '#libs/authorization';
import { exactWith, ProjectId, Timestamp } from '#libs/kernel';
import { ListingScope, ResourceId, SupportRow } from '#libs/resources';
import { orNull } from './shapes.js';

const oneOf = (texts: ReadonlyArray<string>): t.Type<string, unknown> => {
  const keys: Readonly<Record<string, null>> = Object.fromEntries(texts.map((text) => [text, null]));
  return t.keyof(keys);
};

/** What services have resources of (RES-01). An API key is a kind, too, and is registered by being made. */
export const ResourceKind = oneOf([...kinds].filter((kind) => kind !== 'api-key'));

export const Resource = t.type(
  { kind: t.string, id: ResourceId, projectId: ProjectId, name: orNull(t.string), createdAt: Timestamp },
  'Resource',
);

/** A row as it is given; a listing shows the default project unless it is said. */
export const GivenSupportRow = exactWith(
  { kind: oneOf([...kinds]), key: t.boolean, ui: orNull(t.boolean) },
  { listingScope: ListingScope },
);

export const SupportMatrix = t.type(
  {
    rows: t.readonlyArray(SupportRow),
    /** Null while nobody has revised it. */
    revisedAt: orNull(Timestamp),
    position: t.string,
  },
  'SupportMatrix',
);
