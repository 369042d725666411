import type { Privacy } from '#libs/kernel';

/** What every organization begins with (ORG-32). */
export const noPrivacySet: Privacy = { storePrompts: false, trainingOptIn: false, passthroughModels: false };

export const samePrivacy = (one: Privacy, other: Privacy): boolean =>
  one.storePrompts === other.storePrompts &&
  one.trainingOptIn === other.trainingOptIn &&
  one.passthroughModels === other.passthroughModels;
