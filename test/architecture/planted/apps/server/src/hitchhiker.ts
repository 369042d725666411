// breaks: everything-is-declared
import semver from 'semver';

export const hitchhiker = semver;
