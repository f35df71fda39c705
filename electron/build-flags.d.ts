/** True only in the twin of a package that tests may drive from outside; set when the bundle is built. */
declare const __ALCOVE_TEST_BUILD__: boolean
/** True only in bundles for hot reload. */
declare const __ALCOVE_DEV__: boolean
