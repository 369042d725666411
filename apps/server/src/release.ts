/** Which release this is: as in package.json, which a test holds it to. */
export const release = '0.1.0';
