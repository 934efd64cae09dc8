/** The version of the npm package; a test checks that it equals package.json's. */
export const VERSION = '0.1.0';
