import type { Digest, OrganizationId, ProjectId } from '#libs/kernel';

type Place = ProjectId | OrganizationId;

/**
 * What an import would have made so far, where nothing is written: a key of the same digest further down meets it. A line that would
 * make a key costs some 100 bytes.
 */
export class Rehearsal {
  private readonly places = new Map<Digest, number>();
  /** Places by number, which is all that a key has of its place. */
  private readonly ordinals = new Map<Place, number>();

  made(digest: Digest, place: Place): void {
    const ordinal = this.ordinals.get(place) ?? this.ordinals.size;
    this.ordinals.set(place, ordinal);
    this.places.set(digest, ordinal);
  }

  /** Whether the key would be there by now: here, elsewhere, or not at all. */
  where(digest: Digest, place: Place): 'here' | 'elsewhere' | undefined {
    const found = this.places.get(digest);
    if (found === undefined) return undefined;
    return found === this.ordinals.get(place) ? 'here' : 'elsewhere';
  }

  /** Whether an organization would have a legacy key by now: it is the place of no other key. */
  hasLegacyKey(place: Place): boolean {
    return place.startsWith('org_') && this.ordinals.has(place);
  }
}
